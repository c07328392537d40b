"""Is a field what it should be? One small check for each kind of field, and one reader for them all.

A message is a frozen dataclass whose fields carry their check: `seq: Annotated[int, whole]`.
A check takes the JSON value and gives the typed one, or raises ValueError. Unknown fields are
ignored; a field with a default may be missing.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import TypeVar, cast, get_args

from core.wire.codec import MOST_INT, instant_text, read_instant
from core.wire.refused import Flaw, Refused

VERSION = 1
MOST_TOKEN = 64  # an id: ours have 22 characters, a hash 64
MOST_TEXT = 1024  # a reason, a detail: what people write about a lock
_TOKEN = re.compile(r"[!-~]+")  # visible ASCII: an id goes into logs and topics

_SAID_AS_THEY_ARE = frozenset({str, int, float, bool, type(None)})

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)
Check = Callable[[object], T]


def read(kind: type[T], body: Mapping[str, object]) -> T:
    """The message `kind` that `body` is; Refused(VERSION) for another `v`, Refused(SHAPE) else."""
    version = body.get("v")
    if type(version) is not int or version != VERSION:
        raise Refused(Flaw.VERSION, "not version 1")
    try:
        return part(kind)(body)
    except ValueError as error:
        raise Refused(Flaw.SHAPE, str(error)) from None


def body_of(message: object) -> dict[str, object]:
    """The JSON object that says `message`, with its version."""
    return {"v": VERSION, **_plain_fields(message)}


def part(kind: type[T]) -> Check[T]:
    """The check of an object inside a message."""

    def check(value: object) -> T:
        if not isinstance(value, Mapping):
            raise _wrong("an object")
        taken: dict[str, object] = {}
        for name, must, look in plan:
            if must or name in value:
                taken[name] = _taken(name, look, value)
        return kind(**taken)

    plan = _plan(kind)  # type: ignore[arg-type]  # a class can be hashed
    return check


@cache
def _plan(kind: type) -> tuple[tuple[str, bool, Check[object]], ...]:
    """(name, whether it must be there, check) of each field: worked out once for every kind of message."""
    return tuple((one.name, one.default is MISSING, get_args(one.type)[-1]) for one in fields(kind))


def token(value: object) -> str:
    """An id: 1 to 64 visible ASCII characters."""
    if not isinstance(value, str) or len(value) > MOST_TOKEN or _TOKEN.fullmatch(value) is None:
        raise _wrong("an id")
    return value


def text(value: object) -> str:
    """What people wrote: at most 1,024 characters."""
    if not isinstance(value, str) or len(value) > MOST_TEXT:
        raise _wrong("a text")
    return value


def whole(value: object) -> int:
    """A count, a sequence number, an epoch: an integer from 0 on; true is not 1."""
    if type(value) is not int or not 0 <= value <= MOST_INT:
        raise _wrong("a whole number")
    return value


def number(value: object) -> float:
    """A measured quantity; true is not 1."""
    if type(value) not in (int, float):
        raise _wrong("a number")
    return cast(float, value)


def flag(value: object) -> bool:
    """True or false; 1 is not true."""
    if not isinstance(value, bool):
        raise _wrong("true or false")
    return value


def moment(value: object) -> datetime:
    """An instant in UTC with milliseconds."""
    if not isinstance(value, str):
        raise _wrong("an instant")
    return read_instant(value)


def thing(value: object) -> dict[str, object]:
    """An object whose inside is looked at elsewhere."""
    if not isinstance(value, dict):
        raise _wrong("an object")
    return cast(dict[str, object], value)


def word_of(words: type[E]) -> Check[E]:
    """One word of a vocabulary."""

    def check(value: object) -> E:
        if not isinstance(value, str):
            raise _wrong("a word")
        return words(value)

    return check


def maybe(check: Check[T]) -> Check[T | None]:
    """The same, or null."""
    return lambda value: None if value is None else check(value)


def each(check: Check[T], most: int = 100_000) -> Check[tuple[T, ...]]:
    """A list of the same, at most so many."""

    def look(value: object) -> tuple[T, ...]:
        if not isinstance(value, list | tuple) or len(value) > most:
            raise _wrong(f"a list of at most {most}")
        return tuple(check(inner) for inner in value)

    return look


def by_name(check: Check[T], most: int = 100_000) -> Check[dict[str, T]]:
    """An object that maps ids to the same."""

    def look(value: object) -> dict[str, T]:
        if not isinstance(value, Mapping) or len(value) > most:
            raise _wrong(f"an object of at most {most} names")
        return {token(name): check(inner) for name, inner in value.items()}

    return look


def _taken(name: str, check: Check[object], value: Mapping[str, object]) -> object:
    if name not in value:
        message = f"{name}: missing"
        raise _FieldError(message)
    try:
        return check(value[name])
    except ValueError as error:
        message = f"{name}: {error}" if type(error) is _FieldError else f"{name}: not one of ours"
        raise _FieldError(message) from None


def _plain_fields(message: object) -> dict[str, object]:
    return {name: _plain(getattr(message, name)) for name in _names(type(message))}  # type: ignore[arg-type]  # see above


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(one.name for one in fields(kind))


def _plain(value: object) -> object:
    if type(value) in _SAID_AS_THEY_ARE:
        return value
    if isinstance(value, datetime):
        return instant_text(value)
    if is_dataclass(value):
        return _plain_fields(value)
    if isinstance(value, Mapping):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value.value if isinstance(value, StrEnum) else value


class _FieldError(ValueError):
    """A field is not what it should be; the text holds names of fields, never a value."""


def _wrong(wanted: str) -> _FieldError:
    return _FieldError(f"not {wanted}")
