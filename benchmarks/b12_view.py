"""B12: how many bytes does a member cost in a sealed view, beside the same view as plain JSON?"""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from benchmarks.figure import Figure
from core.grants import Grant, MachinePolicy, MachineView
from core.views import view_body
from core.wire.seal import Keys, badge_key, seal

MEMBERS = 10_000
ISSUED = datetime(2026, 11, 24, 9, tzinfo=UTC)
TOPIC = "loquet/v1/node/las-1/down/view"
NAMES = ("Bo", "Amélie", "Yusuf", "Noor", "Chloé", "Lander", "Fatima", "Wout")


def measure() -> Iterator[Figure]:
    """Bytes per member: the whole message, divided by its members."""
    keys = Keys.of(bytes(range(32)))
    body = view_body(_view(keys))
    sealed, plain = len(seal(keys.down, TOPIC, body)), len(json.dumps(body))
    ours, beside = sealed / MEMBERS, plain / MEMBERS
    yield Figure(
        "B12",
        f"bytes a member in a sealed view of {MEMBERS:,}",
        f"{ours:.0f}",
        f"{beside:.0f}",
        "<= 80",
        "<= 40",
        reached=ours <= 80,
    )


def _view(keys: Keys) -> MachineView:
    grants = [_grant(keys, number) for number in range(MEMBERS)]
    machine = MachinePolicy(id="LAS-1", lab="north", name="Laser", family="laser")
    by_key = {grant.key: grant for grant in grants}
    return MachineView(1_795_000_000, "s1", 1, ISSUED, machine, by_key, {}, (), ())


def _grant(keys: Keys, number: int) -> Grant:
    """A member with an unguessable badge and id, as real ones are: neither compresses."""
    chance = hashlib.sha256(number.to_bytes(4)).hexdigest()
    return Grant(
        key=badge_key(keys.badge, bytes.fromhex(chance[:14])),
        who=chance[20:42],
        name=NAMES[number % len(NAMES)],
        lang=("fr", "nl", "en")[number % 3],
        until=ISSUED + timedelta(days=number % 365),
    )
