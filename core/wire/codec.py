"""What does this text say, and is there only one way to read it? JSON and instants, strictly.

Whatever two parsers could read differently is refused: duplicate names, NaN, integers that a
double cannot hold, lone surrogates, NUL, nesting that blows a stack.
"""

import json
import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import NoReturn

from core.wire.refused import Flaw, Refused

MOST_DEEP = 16  # wire.md: no message of ours nests deeper than 6
MOST_INT = 2**53  # the largest range in which a double still counts by ones (RFC 8259, section 6)
_INT_DIGITS = 17  # digits and sign of 2**53: longer texts are refused before they cost a conversion
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)
_UNWELCOME = re.compile("[\\x00\\ud800-\\udfff]")


def parse(raw: bytes) -> dict[str, object]:
    """The JSON object that `raw` (UTF-8) spells; Refused(JSON) for anything else."""
    try:
        found = _read(raw.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise Refused(Flaw.JSON, type(error).__name__) from None
    if not isinstance(found, dict):
        raise Refused(Flaw.JSON, "not an object")
    escaped = b"\\u" in raw
    if escaped or raw.count(b"{") + raw.count(b"[") > MOST_DEEP:  # fewer brackets cannot nest too deep
        _look_deep(found, escaped=escaped)
    return found


def encode(body: Mapping[str, object]) -> bytes:
    """`body` as one line of UTF-8 JSON, names sorted; ValueError for what JSON cannot say."""
    return _spell(body).encode("utf-8")


def canonical(record: Mapping[str, object]) -> str:
    """The one spelling of a journal record that its hash is made of.

    Names sorted by code point, no spaces, strings in NFC; ValueError for a float, which has many
    spellings.
    """
    if _simple(record):
        text = _spell(record)
        if text.isascii():  # NFC changes nothing then: a tap waits for this
            return text
    return _spell(_normal(record))


def instant_text(instant: datetime) -> str:
    """`instant` (aware) in RFC 3339, UTC with `Z`; what is finer than a millisecond is cut off."""
    if instant.tzinfo is None:
        message = "an instant without a zone has no place on the wire"
        raise ValueError(message)
    return instant.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"  # for "+00:00"


def read_instant(text: str) -> datetime:
    """The aware UTC datetime that `text` names; ValueError for any other spelling."""
    if _INSTANT.fullmatch(text) is None:
        message = "not an instant in UTC with milliseconds"
        raise ValueError(message)
    return datetime.fromisoformat(text)


def _read(text: str) -> object:
    """What `text` spells. Ours begins and ends with its object; space around it is JSON's own right."""
    try:
        found, end = _SCAN(text, 0)
    except StopIteration:
        return _READER.decode(text)
    return found if end == len(text) else _READER.decode(text)


def _pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Refused(Flaw.JSON, "a name occurs twice")
    return found


def _int(text: str) -> int:
    if len(text) < _INT_DIGITS - 1:  # fifteen digits: less than 2**53 whatever they are
        return int(text)
    value = int(text) if len(text) <= _INT_DIGITS else MOST_INT + 1
    if abs(value) > MOST_INT:
        raise Refused(Flaw.JSON, "an integer beyond 2^53")
    return value


def _float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value) or abs(value) > MOST_INT:
        raise Refused(Flaw.JSON, "a number beyond 2^53")
    return value


def _constant(_text: str) -> NoReturn:
    raise Refused(Flaw.JSON, "NaN or Infinity")


def _look_deep(root: dict[str, object], *, escaped: bool) -> None:
    """Walk level by level (no recursion): depth always, texts only where an escape could hide."""
    level: list[object] = [root]
    depth = 0
    while level:
        depth += 1
        if depth > MOST_DEEP:
            raise Refused(Flaw.JSON, "nested too deep")
        inside = [value for holder in level for value in _inside(holder)]
        if escaped:
            _look_at_texts(inside)
            _look_at_texts(name for holder in level if isinstance(holder, dict) for name in holder)
        level = [value for value in inside if isinstance(value, dict | list)]


def _inside(holder: object) -> Iterable[object]:
    if isinstance(holder, dict):
        return holder.values()
    return holder if isinstance(holder, list) else ()


def _look_at_texts(values: Iterable[object]) -> None:
    for value in values:
        if isinstance(value, str) and _UNWELCOME.search(value):
            raise Refused(Flaw.JSON, "NUL or half a surrogate pair")


def _simple(record: Mapping[str, object]) -> bool:
    """Whether `_normal` would change no more than letters: names, texts and whole numbers, no deeper than a list."""
    kinds = set(map(type, record.values()))
    if list in kinds:
        kinds.remove(list)
        for value in record.values():
            if type(value) is list:
                kinds.update(map(type, value))
    return kinds <= _AS_THEY_ARE and type(record) is dict and set(map(type, record)) <= _NAMES


def _normal(value: object) -> object:
    if isinstance(value, str):
        return value if value.isascii() else unicodedata.normalize("NFC", value)
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, Mapping):
        return {_name(name): _normal(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_normal(inner) for inner in value]
    if isinstance(value, float):
        message = "a record holds integers only"
        raise ValueError(message)  # noqa: TRY004 - it is a value JSON can say and a record cannot
    return value


def _name(name: object) -> str:
    text = str(name)
    return text if text.isascii() else unicodedata.normalize("NFC", text)


# made once: json.loads and json.dumps make them anew at each call
_READER = json.JSONDecoder(
    object_pairs_hook=_pairs, parse_int=_int, parse_float=_float, parse_constant=_constant
)
_SCAN: Callable[[str, int], tuple[object, int]] = _READER.scan_once  # type: ignore[attr-defined]  # `decode`'s own
_WRITER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
_AS_THEY_ARE = frozenset({str, int, bool, type(None)})
_NAMES = {str}


def _speller() -> Callable[[object], str]:
    """`_WRITER.encode`, with its C part made once and not at each call; Pythons without that part go the long way."""
    make = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return _WRITER.encode
    quoted = json.encoder.encode_basestring
    chunks = make(None, _WRITER.default, quoted, None, ":", ",", True, False, False)  # noqa: FBT003 - C's own
    return lambda value: "".join(chunks(value, 0))


_spell = _speller()
