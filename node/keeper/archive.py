"""Which records does the hub still need, and which may go? The journal's reading side.

Rules: one packet carries records of one journal, oldest first, without a gap; an ack counts for its
epoch and store alone; a record is deleted 90 days after its first ack.
"""

import json
from collections.abc import Mapping
from typing import Final

from core.wire.socket import MAX_BYTES, Message, encode
from node.keeper.store import Store

KEEP_MS: Final = 90 * 24 * 3600 * 1000  # wire.md, "Records"
MOST: Final = 100  # wire.md: at most 100 records a batch
ACK: Final = """INSERT INTO acked SELECT ordinal, ?, ?, ?, ? FROM journal WHERE id = ?
    AND ? <= (SELECT max(seq) FROM record WHERE journal = ordinal)
    ON CONFLICT DO UPDATE SET at_ms = excluded.at_ms WHERE excluded.at_ms < acked.at_ms"""
DELETE_OLD: Final = """DELETE FROM record WHERE EXISTS (SELECT 1 FROM acked WHERE acked.journal = record.journal
    AND acked.seq >= record.seq AND acked.at_ms <= ?) AND journal < (SELECT max(ordinal) FROM journal)"""


def records_after(
    store: Store, after: tuple[str, int] | None, most: int, follows: tuple[int, str]
) -> Message:
    """The `records` packet that follows `after`; from the last ack of `follows` (epoch, store) when None."""
    for ordinal, name, boot in _journals_from(store, after):
        start = after[1] if after and after[0] == name else _acked(store, ordinal, follows)
        rows = store.query(
            "SELECT seq, text FROM record WHERE journal = ? AND seq > ? ORDER BY seq LIMIT ?",
            (ordinal, start, min(most, MOST) + 1),
        )
        if rows:
            return _packet(store, (ordinal, name, boot), rows, most)
    return {
        "msg": "records",
        "journal": None,
        "boot": None,
        "first": 0,
        "records": [],
        "next": list(after) if after else None,
        "more": False,
    }


def take_ack(store: Store, follows: tuple[int, str], journals: Mapping[str, object], at_ms: int) -> None:
    """Remember what that store has committed; counts that no journal here reaches are ignored."""
    orders: list[tuple[str, tuple[object, ...]]] = []
    for name, seq in journals.items():
        if isinstance(seq, int) and not isinstance(seq, bool) and seq > 0:
            orders.append(
                (
                    ACK,
                    (*follows, seq, at_ms, name, seq),
                )
            )
    store.change(*orders)


def forget(store: Store, now_ms: int) -> None:
    """Delete what was acknowledged 90 days ago and more, but never the newest record of all."""
    store.change(
        (
            DELETE_OLD,
            (now_ms - KEEP_MS,),
        ),
        (
            "DELETE FROM acked WHERE NOT EXISTS (SELECT 1 FROM record WHERE record.journal = acked.journal)",
            (),
        ),
    )


def _journals_from(store: Store, after: tuple[str, int] | None) -> list[tuple[int, str, str]]:
    rows = store.query(
        "SELECT ordinal, id, boot FROM journal WHERE ordinal >="
        " coalesce((SELECT ordinal FROM journal WHERE id = ?), 0) ORDER BY ordinal",
        (after[0] if after else "",),
    )
    return [(int(str(ordinal)), str(name), str(boot)) for ordinal, name, boot in rows]


def _acked(store: Store, ordinal: int, follows: tuple[int, str]) -> int:
    rows = store.query(
        "SELECT max(seq) FROM acked WHERE journal = ? AND epoch = ? AND store = ?", (ordinal, *follows)
    )
    return int(str(rows[0][0] or 0))


def _packet(
    store: Store, journal: tuple[int, str, str], rows: list[tuple[object, ...]], most: int
) -> Message:
    ordinal, name, boot = journal
    first = store.query("SELECT min(seq) FROM record WHERE journal = ?", (ordinal,))[0][0]
    packet: Message = {
        "msg": "records",
        "journal": name,
        "boot": boot,
        "first": first,
        "records": [],
        "next": [name, rows[-1][0]],
        "more": True,
    }
    room = MAX_BYTES - len(encode(packet))
    taken: list[object] = []
    for seq, text in rows[: min(most, MOST)]:
        room -= len(str(text).encode()) + 1
        if room < 0 and taken:
            break
        taken.append(json.loads(str(text)))
        packet["next"] = [name, seq]
    newest = store.query("SELECT journal, seq FROM record ORDER BY journal DESC, seq DESC LIMIT 1")[0]
    packet["records"], packet["more"] = taken, newest != (ordinal, rows[len(taken) - 1][0])
    return packet
