"""What does a week look like, half hour by half hour? Days and machines as lanes, a booking as one tall cell.

Pure drawing: everything that it shows was read before, in one query for all reservations of the week.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby

from core.timeline import Span, at_local
from hub.ports import Reservation
from hub.web.looks import ICONS, piece_kind
from hub.web.reading import Place
from hub.words import Voice
from hub.words.catalogs import mark

ROW_MIN = 30


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: `rows` half hours tall; `start` where it can be chosen; `label` says it all to those who do not see it."""

    kind: str
    rows: int
    label: str
    word: str
    machine: str
    start: datetime | None = None

    @property
    def icon(self) -> str:
        """The lucide icon of its state."""
        return ICONS.get(self.kind, "")


@dataclass(frozen=True, slots=True)
class Day:
    """One day's head: its name, its lanes, whether it is today; without lanes it is closed and narrow."""

    date: date
    name: str
    lanes: tuple[str, ...]
    today: bool


@dataclass(frozen=True, slots=True)
class Grid:
    """The table: the days, and per half hour its clock time (on the hour) and the cells that begin there."""

    days: tuple[Day, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """What all cells have in common: the week, the reader, and the present."""

    days: tuple[date, ...]
    zone: str
    now: datetime
    mine: str
    speech: Voice


def grid_of(places: Sequence[Place], scene: Scene) -> Grid:
    """The week of these machines."""
    first, last = _bounds(places, scene)
    minutes = range(first, last, ROW_MIN)
    columns: list[list[tuple[int, Cell]]] = []
    days = []
    for day in scene.days:
        lanes = [] if _is_shut(places, day, scene) else [one.machine.id for one in places]
        middle = at_local(day, 12 * 60, scene.zone)
        today = scene.speech.local_date(scene.now) == day
        days.append(Day(day, scene.speech.short_day(middle), tuple(lanes), today))
        if lanes:
            columns += [_lane(place, day, minutes, scene) for place in places]
        else:
            columns.append([(first, _shut(day, len(minutes), scene))])
    rows = tuple(
        (
            f"{minute // 60:02d}:00" if minute % 60 == 0 else "",
            tuple(cell for column in columns for at, cell in column if at == minute),
        )
        for minute in minutes
    )
    return Grid(tuple(days), rows)


def _bounds(places: Iterable[Place], scene: Scene) -> tuple[int, int]:
    """The first and last full local hour at which anything is open in the week, in minutes."""
    spans = [span for place in places for span in place.open_time]
    hours = [_hours(span, day, scene) for span in spans for day in scene.days]
    known = [one for one in hours if one is not None]
    if not known:
        return 10 * 60, 18 * 60
    return min(one[0] for one in known) // 60 * 60, -(-max(one[1] for one in known) // 60) * 60


def _hours(span: Span, day: date, scene: Scene) -> tuple[int, int] | None:
    """The local minutes of a day that a span covers."""
    start, end = at_local(day, 0, scene.zone), at_local(day + timedelta(days=1), 0, scene.zone)
    if not span.overlaps(Span(start, end)):
        return None
    whole = max(span.start, start), min(span.end, end)
    return int((whole[0] - start).total_seconds()) // 60, min(
        24 * 60, int((whole[1] - start).total_seconds()) // 60
    )


def _is_shut(places: Iterable[Place], day: date, scene: Scene) -> bool:
    spans = (span for place in places for span in place.open_time)
    return all(_hours(span, day, scene) is None for span in spans)


def _shut(day: date, rows: int, scene: Scene) -> Cell:
    said = scene.speech.text(mark("closed"))
    return Cell(
        "closed", rows, f"{scene.speech.long_day(at_local(day, 12 * 60, scene.zone))}: {said}", said, ""
    )


def _lane(place: Place, day: date, minutes: Iterable[int], scene: Scene) -> list[tuple[int, Cell]]:
    """The cells of one machine on one day, each with the minute at which it begins."""
    halves = [(minute, *_half(place, at_local(day, minute, scene.zone), scene)) for minute in minutes]
    found = []
    for _, group in groupby(halves, key=lambda half: half[1]):
        same = list(group)
        found.append((same[0][0], replace(same[0][2], rows=len(same))))
    return found


def _half(place: Place, at: datetime, scene: Scene) -> tuple[str, Cell]:
    """What a half hour shows, and the key by which it is one cell with its neighbours."""
    end, name = at + timedelta(minutes=ROW_MIN), place.machine.id
    here = [one for one in place.taken if one.start < end and one.end > at]
    own = [one for one in here if one.person == scene.mine]
    if own or len({one.seat for one in here}) >= place.seats:
        one = (own or here)[0]
        return one.id, _block(one, name, scene)
    where = f"{name}, {scene.speech.long_day(at)} {scene.speech.time(at)}"
    off = timedelta(minutes=place.policy.machines_off_min)
    if not any(span.start <= at and end <= span.end - off for span in place.open_time):
        return "closed", _plain("closed", where, name, scene)
    if end <= scene.now:
        return "past", _plain("past", where, name, scene)
    return at.isoformat(), replace(_plain("free", where, name, scene), start=at)


def _plain(kind: str, where: str, name: str, scene: Scene) -> Cell:
    said = scene.speech.text(PLAIN[kind])
    return Cell(kind, 1, f"{where}: {said}", "", name)


def _block(one: Reservation, name: str, scene: Scene) -> Cell:
    kind = piece_kind(one, scene.mine)
    word = scene.speech.text(WORDS[kind])
    span = scene.speech.span(one.start, one.end)
    return Cell(kind, 1, f"{name}, {scene.speech.long_day(one.start)} {span}: {word}", word, name)


WORDS = {
    "booked": mark("Taken"), "class": mark("Class"), "out": mark("Maintenance"), "yours": mark("You"),
}  # fmt: skip
PLAIN = {"closed": mark("closed"), "past": mark("over"), "free": mark("free")}
