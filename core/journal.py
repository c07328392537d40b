"""Did it happen, and in this order? Records chained by hash: append and verify, pure.

Rules: a record's hash covers its canonical text (names sorted by code point, no spaces, integers
only, NFC, UTF-8) without `hash`; `prev` is the hash before it; the first record of a journal carries
the last hash of the journal before. wire.md, "Records", has the vector.
"""

import hashlib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Final, NamedTuple
from unicodedata import normalize

from core.wire.codec import canonical

TYPES: Final = frozenset(
    {
        "boot",
        "tap",
        "session-start",
        "session-end",
        "power-on",
        "power-off",
        "ending",
        "extend",
        "busy",
        "idle",
        "inhibit-set",
        "inhibit-lifted",
        "sign-off",
        "supervise",
        "overrun",
        "clock-step",
        "reader-lost",
        "relay-mismatch",
        "report",
        "bypass-on",
        "bypass-off",
        "power-without-session",
        "checkpoint",
        "selftest",
    }
)  # wire.md, "Types"
FIELDS: Final = frozenset(
    {"seq", "at", "boot", "mono_ms", "clock", "type", "session", "data", "prev", "hash"}
)

JournalRecord = dict[str, object]


class JournalError(ValueError):
    """A record that cannot be written, or a chain that does not hold."""


class Head(NamedTuple):
    """The end of a journal: the number and hash of its last record (seq 0 before the first)."""

    seq: int
    hash: str


class Stamp(NamedTuple):
    """When and under which start a record was made."""

    at: str  # RFC 3339 UTC with milliseconds
    boot: str
    mono_ms: int
    clock: str  # ntp | hub | stale


def digest(record: Mapping[str, object]) -> str:
    """SHA-256, in hex, of the canonical text without `hash`. Raises JournalError where it has none."""
    bare = {name: value for name, value in record.items() if name != "hash"}
    try:
        return hashlib.sha256(canonical(bare).encode()).hexdigest()
    except (TypeError, ValueError) as problem:
        raise JournalError("a record holds texts, integers, lists and names only") from problem


def append(
    head: Head, stamp: Stamp, kind: str, session: str | None, data: Mapping[str, object]
) -> JournalRecord:
    """The record that follows `head`, complete with its hash. Raises JournalError."""
    if kind not in TYPES:
        raise JournalError(f"no record type {kind!r}")
    record: JournalRecord = {
        "seq": head.seq + 1,
        "at": stamp.at,
        "boot": stamp.boot,
        "mono_ms": stamp.mono_ms,
        "clock": stamp.clock,
        "type": kind,
        "session": session,
        "data": dict(data),
        "prev": head.hash,
    }
    record["hash"] = digest(record)
    return record


def line(
    head: Head, stamp: Stamp, kind: str, session: str | None, data: Mapping[str, object]
) -> tuple[str, Head]:
    """What `append` makes, as its canonical text, and the head behind it: spelled once. Raises JournalError.

    `hash` sorts between `data` and `mono_ms`: what stands before and behind it is what it covers.
    """
    if kind not in TYPES:
        raise JournalError(f"no record type {kind!r}")
    seq = head.seq + 1
    try:
        before = f'{_opening(stamp)},"data":{canonical(data) if data else "{}"}'
        behind = (
            f'"mono_ms":{stamp.mono_ms},"prev":{_quoted(head.hash)},"seq":{seq}'
            f',"session":{"null" if session is None else _quoted(session)},"type":"{kind}"}}'
        )
        found = hashlib.sha256(f"{before},{behind}".encode()).hexdigest()
    except (TypeError, ValueError) as problem:
        raise JournalError("a record holds texts, integers, lists and names only") from problem
    return f'{before},"hash":"{found}",{behind}', Head(seq, found)


@lru_cache(maxsize=1)  # the records of one write have one stamp
def _opening(stamp: Stamp) -> str:
    return f'{{"at":{_quoted(stamp.at)},"boot":{_quoted(stamp.boot)},"clock":{_quoted(stamp.clock)}'


def _quoted(text: str) -> str:
    return encode_basestring(text if text.isascii() else normalize("NFC", text))


def verify(records: Iterable[Mapping[str, object]], head: Head) -> Head:
    """The head after `records`, which must follow `head` without a gap. Raises JournalError at the first flaw."""
    for record in records:
        if set(record) < FIELDS:
            raise JournalError(f"record {head.seq + 1} lacks a field")
        if record["seq"] != head.seq + 1:
            raise JournalError(f"record {head.seq + 1} is missing")
        if record["prev"] != head.hash or record["hash"] != digest(record):
            raise JournalError(f"record {head.seq + 1} does not fit the chain")
        head = Head(head.seq + 1, str(record["hash"]))
    return head
