"""Which messages pass between doorman and keeper on one machine? The table of interlock.md, as data.

Rules: one JSON object of at most 4 KiB a packet, its kind in `msg`; a field that is missing or of
another shape is refused and named; fields not in the table are ignored.

Shapes beyond the table:
- `until` is the lease's end in RFC 3339 for people and records, `until_ms` the same on CLOCK_BOOTTIME.
- `alive` from the doorman may carry `time: {"trust": "ntp"|"hub"|"stale", "zero_ms": int}`: the
  trusted instant, in milliseconds since 1970, at CLOCK_BOOTTIME 0. Records are dated by it;
  without it they carry the board's wall clock and `clock: "stale"`.
- `policy` is the object of `POLICY` below; the machine view's policy, unchanged; and its `risk`: a keeper with a
  network driver refuses `high`, and every start after it.
- `read` with `after: null` begins behind what the followed store has acknowledged. One `records`
  packet holds as many records of ONE journal, oldest first, as fit (and at most `max`); `next` is
  the `after` to ask with for the following packet, `more` says whether there is one now; `first`
  is the oldest seq of that journal on this node. No records at all: `journal: null`.
- `state.presses` counts pushes of the extend button since the keeper's start: a rise is a wish.
- `state.fault` says which FAULT is latched: welded, dead, drawing, self-check, memory; null for none.
- `no` answers a request that was refused: `code` is a Reason; `INVALID` for a malformed one.
- `test` tries the extraction at rest: `begin` switches it on, `result` ends the trial; the `ok` to it has
  `tested` {extraction, feedback, power, estop, bypass, busy, sensor, journal}. The relay is never tried.
- `ok` to `note` has `seq`; `ok` to the others has `state`.
"""

from collections.abc import Callable, Mapping
from typing import Final

from core.wire import codec
from core.wire.refused import Refused

MAX_BYTES: Final = 4096  # interlock.md, "Keeper and doorman"
MOST_TEXT: Final = 128  # signs of an id or a name
VERSION: Final = 1
ANSWER_WITHIN_MS: Final = 2_000  # no answer by then: the doorman sends stop and never asks again
BEAT_MS: Final = 1_000  # `alive` both ways; the keeper's is `state`
LOST_AFTER_MS: Final = 5_000  # silence after which either side counts the other as gone

Message = dict[str, object]
Check = Callable[[object], bool]


class MalformedPacketError(ValueError):
    """A packet that is no message of this socket; the text names the field, never a value.

    `request` is its id where that could be read, so that the sender can be told.
    """

    def __init__(self, flaw: str, request: object = None) -> None:
        super().__init__(flaw)
        self.request = request


def _text(value: object) -> bool:
    return type(value) is str and 0 < len(value) <= MOST_TEXT


def _text_or_none(value: object) -> bool:
    return value is None or (type(value) is str and 0 < len(value) <= MOST_TEXT)


def _any_text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= 512


def _integer(value: object) -> bool:
    return type(value) is int


def natural(value: object) -> bool:
    """A whole number from 0."""
    return type(value) is int and value >= 0


def flag(value: object) -> bool:
    """true or false."""
    return isinstance(value, bool)


def _object(value: object) -> bool:
    return isinstance(value, dict)


def _list(value: object) -> bool:
    return isinstance(value, list)


def or_none(check: Check) -> Check:
    """What `check` takes, or null."""
    if check is _text:
        return _text_or_none
    return lambda value: value is None or check(value)


def one_of(*words: str) -> Check:
    """One of these words."""
    return lambda value: value in words


def _place(value: object) -> bool:
    """[journal, seq]: a place in the journals."""
    return isinstance(value, list) and len(value) == 2 and _text(value[0]) and natural(value[1])


def _view(value: object) -> bool:
    """[epoch, rev] of the view that decided."""
    return type(value) is list and len(value) == 2 and natural(value[0]) and natural(value[1])


_START: Final[dict[str, Check]] = {
    "id": _text,
    "session": _text,
    "kind": one_of("use", "maintenance"),
    "who": _text,
    "responsible": or_none(_text),
    "booking": or_none(_text),
    "tap_ms": _integer,
    "until_ms": _integer,
    "until": _text,
    "view": or_none(_view),
    "reason": or_none(_any_text),
}
_STOP: Final[dict[str, Check]] = {"id": _text, "session": _any_text, "reason": _text, "by": or_none(_text)}

POLICY: Final[dict[str, Check]] = {
    "stop": one_of("finish", "now"),
    "cap_s": or_none(natural),
    "at_cap": one_of("alarm", "cut"),
    "pre_run_s": natural,
    "run_on_s": natural,
    "needs_extraction": flag,
    "sensor": _text,
    "tolerance_s": natural,
}

FROM_DOORMAN: Final[dict[str, dict[str, Check]]] = {
    "hello": {"v": _integer, "pid": natural},
    "energise": _START,
    "handover": _START,
    "extend": {"id": _text, "session": _text, "until_ms": _integer, "until": _text, "by": or_none(_text)},
    "stop": _STOP,
    "stop-now": _STOP,
    "lock": {
        "id": _text,
        "lock": _text,
        "kind": one_of("lockout", "danger", "out"),
        "owner": _any_text,
        "by": or_none(_text),
        "reason": or_none(_any_text),
        "at": or_none(_text),
    },
    "lift": {"id": _text, "lock": _text, "by": or_none(_text), "reason": or_none(_any_text)},
    "reset": {"id": _text, "inhibit": one_of("estop", "fault"), "by": _text},
    "stale": {"on": flag},
    "test": {"id": _text, "part": one_of("begin", "result")},
    "policy": {"id": _text, "rev": natural, "risk": or_none(_text), **POLICY},
    "note": {
        "id": _text,
        "type": one_of("tap", "sign-off", "supervise", "clock-step", "reader-lost", "report", "selftest"),
        "session": or_none(_text),
        "data": _object,
    },
    "read": {"after": or_none(_place), "max": natural},
    "acked": {"epoch": natural, "store": _text, "journals": _object},
    "alive": {},
}
"""What the doorman sends: message -> field -> the shape it must have."""

FROM_KEEPER: Final[dict[str, dict[str, Check]]] = {
    "welcome": {
        "v": _integer,
        "journal": _text,
        "started_ms": _integer,
        "now_ms": _integer,
        "policy_rev": or_none(natural),
        "state": _object,
    },
    "ok": {"id": _text},
    "no": {"id": or_none(_text), "code": _text},
    "records": {
        "journal": or_none(_text),
        "boot": or_none(_text),
        "first": natural,
        "records": _list,
        "next": or_none(_place),
        "more": flag,
    },
    "state": {
        "phase": _text,
        "inhibits": _list,
        "locks": _list,
        "session": or_none(_object),
        "until_ms": or_none(_integer),
        "phase_until_ms": or_none(_integer),
        "busy": flag,
        "power_w": or_none(natural),
        "relay": one_of("open", "closed", "mismatch", "unknown"),
        "extraction": flag,
        "alarm": flag,
        "fault": or_none(_text),
        "presses": natural,
        "now_ms": _integer,
    },
}
"""What the keeper sends. `state.session` is {id, kind, who, until}; `state.locks` lists {id, kind, owner};
`phase_until_ms` is the end of pre-run or run-on; `relay: "mismatch"` when its contact says otherwise,
`relay: "unknown"` when a network plug has not confirmed within 2 s."""

OPTIONAL: Final = frozenset(
    {
        ("note", "session"),
        ("lift", "reason"),
        ("lock", "at"),
        ("policy", "id"),
        ("policy", "risk"),
        ("state", "fault"),
    }
)
"""Fields that may be left out; they then read None."""


def encode(message: Mapping[str, object]) -> bytes:
    """One packet. Raises MalformedPacketError past 4 KiB or for what JSON cannot hold."""
    try:
        packet = codec.encode(message)
    except (TypeError, ValueError) as problem:
        raise MalformedPacketError("not JSON") from problem
    if len(packet) > MAX_BYTES:
        raise MalformedPacketError("longer than 4096 bytes")
    return packet


def decode(packet: bytes, table: Mapping[str, Mapping[str, Check]]) -> Message:
    """The message in one packet, checked against `FROM_DOORMAN` or `FROM_KEEPER`. Raises MalformedPacketError."""
    if len(packet) > MAX_BYTES:
        raise MalformedPacketError("longer than 4096 bytes")
    try:
        message = codec.parse(packet)
    except Refused as problem:
        raise MalformedPacketError(problem.detail) from problem
    name = message.get("msg")
    if not isinstance(name, str) or name not in table:
        raise MalformedPacketError("msg")
    check(message, table[name])
    return message


def check(message: Message, fields: Mapping[str, Check]) -> None:
    """Raise MalformedPacketError naming the first field of another shape; fill in what may be left out."""
    for field, fits in fields.items():
        if field in message:
            value = message[field]
            if (type(value) is str and 0 < len(value) <= MOST_TEXT) if fits is _text else fits(value):
                continue
        elif (message.get("msg"), field) in OPTIONAL:
            message[field] = None
            continue
        raise MalformedPacketError(field, message.get("id"))
