"""Was this very request made before? What it got is kept for 24 hours, in the transaction that did it (api.md)."""

from datetime import datetime, timedelta

from hub.ports import KeptAnswer, KeyPlace, Tx

KEPT_FOR = timedelta(hours=24)


def kept(tx: Tx, place: KeyPlace, now: datetime) -> KeptAnswer | None:
    """What the key got already; what is older than a day is forgotten."""
    found = tx.replays.find(place)
    if found is None or _counts(found, now):
        return found
    tx.replays.forget(place)
    return None


def _counts(found: KeptAnswer, now: datetime) -> bool:
    """One without a status was begun by a hub of before, which wrote its answer later, and died in between."""
    return found.status is not None and now - found.created < KEPT_FOR
