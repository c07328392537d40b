"""What does a week look like? Days and machines as lanes, a booking as one tall cell, free time cut where somebody may start.

Pure drawing over facts that were read before. A row is a quarter of an hour, so that every booking stands where it is; free
time is cut at half hours (or at the machine's own step, where that is longer), and each piece says whether it can be had.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby

from core.booking import BookingRules, Taken, Wanted, objections
from core.timeline import Span, at_local
from core.vocabulary import Role
from hub.ports import Reservation
from hub.services.ground import near
from hub.web.looks import ICONS, piece_kind
from hub.web.reading import Place
from hub.words import Voice
from hub.words.catalogs import mark

ROW_MIN = 15
PIECE_MIN = 30  # a free cell is as long as this, or as the machine's step where that is longer


@dataclass(frozen=True, slots=True)
class Lane:
    """One machine of the week: what stands there, and the rules that hold there for whoever looks."""

    place: Place
    rules: BookingRules
    seats: tuple[Taken, ...]

    @property
    def id(self) -> str:
        """The machine's name."""
        return self.place.machine.id


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: `rows` quarters tall; `start` where it can be chosen; `label` says it all, `why` the reason alone."""

    kind: str
    rows: int
    label: str
    word: str
    machine: str
    start: datetime | None = None
    why: str = ""
    now_pct: float | None = None

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
    """The table: the days, and per quarter its clock time (on the hour) and the cells that begin there."""

    days: tuple[Day, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """What all cells have in common: the week, the reader, and the present."""

    days: tuple[date, ...]
    zone: str
    now: datetime
    mine: str
    roles: tuple[Role, ...]
    speech: Voice


@dataclass(frozen=True, slots=True)
class Slice:
    """A quarter of an hour on a lane, before neighbours become one cell: `key` is the same for those that belong together."""

    at: datetime
    key: str
    kind: str
    block: Reservation | None = None


def grid_of(lanes: Sequence[Lane], scene: Scene) -> Grid:
    """The week of these machines."""
    first, last = _bounds(lanes, scene)
    minutes = range(first, last, ROW_MIN)
    columns: list[list[tuple[int, Cell]]] = []
    days = []
    for day in scene.days:
        shut = _is_shut(lanes, day, scene)
        middle = at_local(day, 12 * 60, scene.zone)
        today = scene.speech.local_date(scene.now) == day
        names = () if shut else tuple(lane.id for lane in lanes)
        days.append(Day(day, scene.speech.short_day(middle), names, today))
        instants = [at_local(day, minute, scene.zone) for minute in minutes]
        if shut:
            columns.append([(first, _shut(day, len(minutes), scene))])
        else:
            columns += [_column(lane, first, instants, scene) for lane in lanes]
    return Grid(tuple(days), tuple(_row(minute, columns) for minute in minutes))


def _row(minute: int, columns: Iterable[list[tuple[int, Cell]]]) -> tuple[str, tuple[Cell, ...]]:
    clock = f"{minute // 60:02d}:00" if minute % 60 == 0 else ""
    return clock, tuple(cell for column in columns for at, cell in column if at == minute)


def _bounds(lanes: Iterable[Lane], scene: Scene) -> tuple[int, int]:
    """The first and last full local hour at which anything is open in the week, in minutes."""
    spans = [span for lane in lanes for span in lane.place.open_time]
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


def _is_shut(lanes: Iterable[Lane], day: date, scene: Scene) -> bool:
    spans = (span for lane in lanes for span in lane.place.open_time)
    return all(_hours(span, day, scene) is None for span in spans)


def _shut(day: date, rows: int, scene: Scene) -> Cell:
    said = scene.speech.text(mark("closed"))
    name = scene.speech.long_day(at_local(day, 12 * 60, scene.zone))
    return Cell("closed", rows, f"{name}: {said}", said, "")


def _column(lane: Lane, first: int, instants: Sequence[datetime], scene: Scene) -> list[tuple[int, Cell]]:
    """The cells of one machine on one day, each with the minute at which it begins."""
    whole = Span(instants[0], instants[-1] + timedelta(minutes=ROW_MIN))
    taken = [one for one in lane.place.taken if one.start < whole.end and one.end > whole.start]
    opened = [span for span in lane.place.open_time if span.overlaps(whole)]
    slices = [
        _slice(lane, (at, first + row * ROW_MIN), (taken, opened), scene) for row, at in enumerate(instants)
    ]
    reach = near(lane.rules, whole)
    beside = [one for one in lane.seats if one.overlaps(reach.start, reach.end)]
    today = replace(lane, seats=tuple(beside))  # a day's neighbours are all that bears on its starts
    cells, row = [], 0
    for _, group in groupby(slices, key=lambda one: one.key):
        same = list(group)
        cells.append((first + row * ROW_MIN, _cell(today, same, scene)))
        row += len(same)
    return cells


def _slice(
    lane: Lane, place: tuple[datetime, int], facts: tuple[list[Reservation], list[Span]], scene: Scene
) -> Slice:
    """What a quarter shows; `place` is (instant, local minute), `facts` the day's bookings and open time."""
    at, minute = place
    end = at + timedelta(minutes=ROW_MIN)
    here = [one for one in facts[0] if one.start < end and one.end > at]
    own = [one for one in here if one.person == scene.mine]
    if own or len({one.seat for one in here}) >= lane.place.seats:
        block = (own or here)[0]
        return Slice(at, block.id, "block", block)
    off = timedelta(minutes=lane.rules.policy.machines_off_min)
    if not any(span.start <= at and end <= span.end - off for span in facts[1]):
        return Slice(at, "closed", "closed")
    if at < scene.now:
        return Slice(at, "past", "past")
    return Slice(at, f"open {minute // max(PIECE_MIN, lane.rules.policy.step_min)}", "open")


def _cell(lane: Lane, same: Sequence[Slice], scene: Scene) -> Cell:
    """Neighbours as one cell."""
    first, rows = same[0], len(same)
    line = _now_in(first.at, rows, scene)
    if first.block is not None:
        return _block(first.block, lane.id, rows, line, scene)
    where = f"{lane.id}, {scene.speech.long_day(first.at)} {scene.speech.time(first.at)}"
    why = _why_not(lane, first.at, scene) if first.kind == "open" else scene.speech.text(PLAIN[first.kind])
    if why:
        kind = "not" if first.kind == "open" else first.kind
        return Cell(kind, rows, f"{where}: {why}", "", lane.id, why=why, now_pct=line)
    said = scene.speech.text(PLAIN["open"])
    return Cell("free", rows, f"{where}: {said}", "", lane.id, start=first.at, now_pct=line)


def _why_not(lane: Lane, start: datetime, scene: Scene) -> str:
    """The first thing that stands against the shortest booking from here; "" where nothing does."""
    end = start + timedelta(minutes=lane.rules.policy.min_duration_min)
    wanted = Wanted(start, end, roles=scene.roles, who=scene.mine, read=True)
    against = objections(wanted, lane.seats, lane.rules, scene.now)
    return scene.speech.say(against[0].code, against[0].params) if against else ""


def _now_in(start: datetime, rows: int, scene: Scene) -> float | None:
    """Where in the cell the present is, in percent of its height."""
    share = (scene.now - start) / (timedelta(minutes=ROW_MIN) * rows)
    return round(100 * share, 1) if 0 <= share < 1 else None


def _block(one: Reservation, name: str, rows: int, line: float | None, scene: Scene) -> Cell:
    kind = piece_kind(one, scene.mine)
    word = scene.speech.text(WORDS[kind])
    span = scene.speech.span(one.start, one.end)
    label = f"{name}, {scene.speech.long_day(one.start)} {span}: {word}"
    return Cell(kind, rows, label, word, name, why=f"{word}, {span}", now_pct=line)


WORDS = {
    "booked": mark("Taken"), "class": mark("Class"), "out": mark("Maintenance"), "yours": mark("You"),
}  # fmt: skip
PLAIN = {"closed": mark("closed"), "past": mark("over"), "open": mark("free")}
