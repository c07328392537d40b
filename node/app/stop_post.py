"""Does systemd drive the right line to the right level when the keeper is gone? keeper.env beside node.toml, against [pins].

A safe level of the wrong sign would close the relay at the very moment at which nobody watches it.
"""

from pathlib import Path
from typing import Final

from node.drivers import Line
from node.health import BAD, GOOD, UNKNOWN, Finding

FILE: Final = "keeper.env"
PIN, SAFE = "LOQUET_RELAY_PIN", "LOQUET_RELAY_SAFE"
PART: Final = "stop-post"


def judged(folder: Path, relay: Line | None) -> Finding:
    """What `loquet doctor` says of it; `relay` is None where a plug switches the machine."""
    if relay is None:
        return Finding(PART, GOOD, "no relay of our own to let go")
    try:
        said = _said((folder / FILE).read_text(encoding="utf-8"))
    except OSError:
        return Finding(
            PART, UNKNOWN, f"no {FILE} beside it: nothing is known of what systemd does at the end"
        )
    wanted = {PIN: str(relay.pin), SAFE: "dl" if relay.active_high else "dh"}
    wrong = [
        f"{key} is {said.get(key, 'missing')}, must be {value}"
        for key, value in wanted.items()
        if said.get(key) != value
    ]
    if wrong:
        return Finding(PART, BAD, f"{FILE}: {'; '.join(wrong)}")
    return Finding(PART, GOOD, f"BCM {relay.pin} is driven {wanted[SAFE]} when the keeper is gone")


def _said(text: str) -> dict[str, str]:
    """The settings of an EnvironmentFile; comments and other lines are left aside."""
    lines = (line.strip() for line in text.splitlines())
    pairs = (line.partition("=") for line in lines if line and not line.startswith(("#", ";")))
    return {key.strip(): value.strip().strip("\"'") for key, mark, value in pairs if mark}
