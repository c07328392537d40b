"""Which badge does this node mean? A node names badges by keys of its own; the hub tries its badges until one fits.

Once found, its id is remembered: the next question about the same name only looks it up.
"""

from hub.ports import Badge, BadgeVault, Node, Tx
from hub.ports.revisions import person_name
from hub.services import granting
from hub.services.kept import Kept

_NAMED: Kept[tuple[str, str], tuple[str, str]] = Kept(
    100_000
)  # (node, its name for a badge) -> badge and person: 10,000 members at ten nodes
_HELD: Kept[str, tuple[Badge, ...]] = Kept(16_384)  # a person's badges


def met(node: Node, key: str) -> bool:
    """Is it remembered which badge this node calls `key`?"""
    return _NAMED.get((node.id, key), 0) is not None


def badge_named(tx: Tx, node: Node, key: str, vault: BadgeVault) -> Badge | None:
    """The badge that this node calls `key`, whatever its state."""
    key_of = granting.key_maker(node, vault)
    before = _NAMED.get((node.id, key), 0)
    mine = (one for one in _held(tx, before[1]) if one.id == before[0]) if before else ()
    known = next(iter(mine), None)
    if known is not None and known.lab == node.lab and key_of(known) == key:
        return known
    found = next((badge for badge in tx.badges.in_lab(node.lab) if key_of(badge) == key), None)
    if found is not None:
        _NAMED.keep((node.id, key), 0, (found.id, found.person))
    return found


def _held(tx: Tx, person: str) -> tuple[Badge, ...]:
    """All badges of a person, kept under his revision (migration 0015)."""
    name = person_name(person)
    rev = tx.revisions.of([name])[name]
    return _HELD.get(person, rev) or _HELD.keep(person, rev, tuple(tx.badges.of(person)))
