"""How should this machine be treated? The policy as the doorman and the disk spell it."""

import dataclasses
import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from core.interlock import Policy
from core.wire.socket import POLICY, MalformedPacketError, check
from node.settings import SettingsError

UNTOLD: Final = Policy()
"""Before anybody said: finish jobs, alarm after 20 minutes, run the extraction on for three."""


def from_message(message: Mapping[str, object]) -> Policy:
    """The policy in a checked `policy` message (other fields are left aside)."""
    return dataclasses.replace(UNTOLD, **{name: message[name] for name in POLICY})  # type: ignore[arg-type]  # checked above


def to_text(policy: Policy, rev: int) -> str:
    """One line for the disk."""
    return json.dumps({"rev": rev, **dataclasses.asdict(policy)})


def from_text(text: str | None) -> tuple[Policy, int | None]:
    """Policy and rev as kept on disk; what cannot be read counts as never told."""
    try:
        kept = json.loads(text or "null")
        check(kept, POLICY)
        return from_message(kept), int(kept["rev"])
    except (ValueError, TypeError, KeyError):
        return UNTOLD, None


def from_profile(file: Path) -> Policy:
    """The board's own `[policy]`, for the time before the first view. Raises SettingsError."""
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8")).get("policy", {})
        told = dataclasses.asdict(UNTOLD) | found
        check(told, POLICY)
    except MalformedPacketError as problem:
        raise SettingsError(f"{file}: [policy] `{problem}` is not what it should be") from problem
    except (OSError, ValueError, TypeError) as problem:
        raise SettingsError(f"{file}: {problem}") from problem
    return from_message(told)
