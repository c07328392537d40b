"""Which badge does this node mean? A node names badges by keys of its own; the hub tries its badges until one fits.

Once found, its id is remembered: the next question about the same name only looks it up.
"""

from hub.ports import Badge, BadgeVault, Node, Tx
from hub.services import granting
from hub.services.kept import Kept

_NAMED: Kept[tuple[str, str], str] = Kept(
    100_000
)  # (node, its name for a badge): 10,000 members at ten nodes


def badge_named(tx: Tx, node: Node, key: str, vault: BadgeVault) -> Badge | None:
    """The badge that this node calls `key`, whatever its state."""
    key_of = granting.key_maker(node, vault)
    before = _NAMED.get((node.id, key), 0)
    known = tx.badges.get(before) if before else None
    if known is not None and known.lab == node.lab and key_of(known) == key:
        return known
    found = next((badge for badge in tx.badges.in_lab(node.lab) if key_of(badge) == key), None)
    if found is not None:
        _NAMED.keep((node.id, key), 0, found.id)
    return found
