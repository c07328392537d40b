"""Was this very request made before? A key is claimed before the work and keeps its answer for 24 hours (api.md)."""

from datetime import datetime, timedelta

from hub.ports import KeptAnswer, Tx

KEPT_FOR = timedelta(hours=24)
DEAD_AFTER = timedelta(minutes=1)  # a first request that has not ended by then died with its process


def claim(
    tx: Tx, owner: tuple[str, str], route: tuple[str, str, str], body_hash: str, now: datetime
) -> int | KeptAnswer:
    """The row that is now ours, or what the key already got; `owner` is (lab, person), `route` (method, path, key)."""
    lab, person = owner
    kept = tx.replays.find(person, *route)
    if kept is not None and _over(kept, now):
        tx.replays.forget(kept.id)
        kept = None
    if kept is not None:
        return kept
    row = tx.replays.begin(lab, person, route, body_hash, now)
    if row is not None:
        return row
    rival = tx.replays.find(person, *route)
    return rival if rival is not None else claim(tx, owner, route, body_hash, now)


def _over(kept: KeptAnswer, now: datetime) -> bool:
    age = now - kept.created
    return age >= KEPT_FOR or (kept.status is None and age >= DEAD_AFTER)
