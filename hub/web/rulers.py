"""Where does each piece of a span of time stand on the steel rule? Instants -> percentages for the SVG.

Whole hours bound the rule; numbers stand every two hours (every four when the day is long).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.timeline import Span
from hub.words import Voice

LONG_DAY_H = 13  # above this, numbers every two hours touch each other on a phone of 320 px


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of time on the rule: `kind` is a state's name, or "yours"."""

    kind: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Block:
    """A piece as drawn: percent of the rule's length."""

    kind: str
    x_pct: float
    width_pct: float


@dataclass(frozen=True, slots=True)
class Tick:
    """A line under the rule; long on the hour."""

    x_pct: float
    long: bool


@dataclass(frozen=True, slots=True)
class Number:
    """An hour under the rule; the first starts there, the last ends there."""

    x_pct: float
    text: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Ruler:
    """All that the macro draws; `label` says it to those who do not see it."""

    label: str
    past_pct: float
    now_pct: float | None
    blocks: tuple[Block, ...]
    ticks: tuple[Tick, ...]
    numbers: tuple[Number, ...]


def ruler(bounds: Span, pieces: Iterable[Piece], now: datetime, label: str, voice: Voice) -> Ruler:
    """The rule over `bounds`, pieces cut to it, the past darkened, now marked when it lies within."""
    whole = whole_hours(bounds, voice)
    inside = whole.start <= now < whole.end
    past = min(max(_share(whole, now), 0.0), 100.0)
    return Ruler(
        label=label,
        past_pct=past,
        now_pct=_share(whole, now) if inside else None,
        blocks=tuple(
            _block(whole, piece) for piece in pieces if piece.start < whole.end and piece.end > whole.start
        ),
        ticks=tuple(Tick(_share(whole, at), at.minute == 0) for at in _every(whole, timedelta(minutes=30))),
        numbers=_numbers(whole, voice),
    )


def whole_hours(span: Span, voice: Voice) -> Span:
    """The span grown to full local hours (zones with half hours included)."""
    start, end = span.start.astimezone(voice.zone), span.end.astimezone(voice.zone)
    from_start = timedelta(minutes=start.minute, seconds=start.second, microseconds=start.microsecond)
    to_end = timedelta(minutes=end.minute, seconds=end.second, microseconds=end.microsecond)
    last = span.end - to_end + (timedelta(hours=1) if to_end else timedelta())
    return Span(span.start - from_start, last)


def _share(whole: Span, at: datetime) -> float:
    return round(100 * ((at - whole.start) / (whole.end - whole.start)), 3)


def _block(whole: Span, piece: Piece) -> Block:
    start, end = max(piece.start, whole.start), min(piece.end, whole.end)
    left = _share(whole, start)
    return Block(piece.kind, left, round(_share(whole, end) - left, 3))


def _every(whole: Span, step: timedelta) -> Sequence[datetime]:
    return [whole.start + n * step for n in range(int((whole.end - whole.start) / step) + 1)]


def _numbers(whole: Span, voice: Voice) -> tuple[Number, ...]:
    hours = (whole.end - whole.start) / timedelta(hours=1)
    found = _every(whole, timedelta(hours=4 if hours > LONG_DAY_H else 2))
    return tuple(_number(whole, at, voice) for at in found)


def _number(whole: Span, at: datetime, voice: Voice) -> Number:
    anchor = "start" if at == whole.start else "end" if at == whole.end else "middle"
    hour = at.astimezone(voice.zone).hour
    return Number(_share(whole, at), str(hour or 24 if at == whole.end else hour), anchor)
