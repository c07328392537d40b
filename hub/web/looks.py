"""How is a machine, right now, in one word and one fact? The seven states of visual.md §3, in order of rank."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from core.timeline import Span
from core.vocabulary import Inhibit, MachineStatus, Phase, ReservationKind
from hub.ports import Reservation
from hub.services.locking_out import Effect, effect
from hub.web.reading import Place
from hub.words import Voice
from hub.words.catalogs import mark, mark_many

ENDING = timedelta(minutes=10)  # screens.md 3.7: a session that ends within ten minutes says so
DOWN = frozenset({MachineStatus.OUT_OF_ORDER, MachineStatus.MAINTENANCE, MachineStatus.DECOMMISSIONED})
STOPS = frozenset({Inhibit.ESTOP, Inhibit.FAULT, Inhibit.DANGER, Inhibit.OUT, Inhibit.LOCKOUT, Inhibit.EXTRACTION, Inhibit.BYPASS})  # fmt: skip
ICONS = {
    "yours": "user",
    "free": "circle-check", "booked": "calendar-clock", "use": "circle-play", "ending": "hourglass",
    "out": "octagon-x", "closed": "moon", "offline": "cloud-off", "class": "graduation-cap",
}  # fmt: skip
TEACHING = frozenset({ReservationKind.CLASS, ReservationKind.TRAINING})


@dataclass(frozen=True, slots=True)
class Look:
    """A state as shown: its kind (colour and pattern), icon, word and fact."""

    kind: str
    word: str
    fact: str = ""

    @property
    def icon(self) -> str:
        """The lucide icon of the state."""
        return ICONS[self.kind]


Seen = Look | None


def look(place: Place, now: datetime, voice: Voice) -> Look:
    """The state of a machine: the first of LOOKS that holds."""
    found = (see(place, now, voice) for see in LOOKS)
    return next(seen for seen in found if seen is not None)


def out(place: Place, now: datetime, voice: Voice) -> Seen:  # noqa: ARG001 -- the shape of LOOKS
    """Locked out, broken, or stopped by its own safety."""
    standing = [lock for lock in place.locks if lock.lifted is None]
    if standing:
        waiting = all(effect(lock, place.node) is Effect.PENDING for lock in standing)
        fact = mark("lockout asked for, not in force yet") if waiting else mark("locked out by the staff")
        return Look("out", voice.text(mark("Out of order")), voice.text(fact))
    if place.machine.status in DOWN:
        return Look("out", voice.text(mark("Out of order")), place.machine.status_note)
    stops = STOPS & set(_live(place, "inhibits", ()))
    if stops and place.node is not None and place.node.online:
        return Look("out", voice.text(mark("Out of order")), voice.text(_STOP_FACTS[min(stops)]))
    return None


_STOP_FACTS = {
    Inhibit.ESTOP: mark("emergency stop pressed"), Inhibit.FAULT: mark("the machine reports a fault"),
    Inhibit.DANGER: mark("reported dangerous"), Inhibit.OUT: mark("locked out by the staff"),
    Inhibit.LOCKOUT: mark("locked out by the staff"), Inhibit.EXTRACTION: mark("extraction missing"),
    Inhibit.BYPASS: mark("runs under the bypass key"),
}  # fmt: skip


def in_use(place: Place, now: datetime, voice: Voice) -> Seen:
    """Somebody's session runs; said even while the node is offline, with the time it was seen."""
    until = session_until(place)
    if not is_running(place):
        return None
    if place.node is not None and not place.node.online:
        return None
    if _live(place, "phase", None) == Phase.ENDING:
        return Look("ending", voice.text(mark("Ending")), voice.text(mark("the job is being finished")))
    if until is None:
        return Look("use", voice.text(mark("In use")))
    if until <= now:
        return Look(
            "ending",
            voice.text(mark("Over time")),
            voice.text(mark("since %(time)s"), time=voice.moment(until, now)),
        )
    kind, word = ("ending", mark("Ending soon")) if until - now <= ENDING else ("use", mark("In use"))
    return Look(kind, voice.text(word), voice.text(mark("until %(time)s"), time=voice.moment(until, now)))


def offline(place: Place, now: datetime, voice: Voice) -> Seen:
    """Its node does not answer: the last known fact with its time, never a guess."""
    node = place.node
    if node is None or node.online:
        return None
    if node.last_seen is None:
        return Look("offline", voice.text(mark("Offline")), voice.text(mark("not seen yet")))
    seen = voice.text(mark("seen at %(time)s"), time=voice.moment(node.last_seen, now))
    if is_running(place):
        seen = voice.text(mark("in use, seen at %(time)s"), time=voice.moment(node.last_seen, now))
    return Look("offline", voice.text(mark("Offline")), seen)


def closed(place: Place, now: datetime, voice: Voice) -> Seen:
    """Nobody but staff may be here now."""
    if any(span.holds(now) for span in place.open_time):
        return None
    opens = min((span.start for span in place.open_time if span.start > now), default=None)
    fact = voice.text(mark("opens %(time)s"), time=voice.moment(opens, now)) if opens else ""
    return Look("closed", voice.text(mark("Closed")), fact)


def booked(place: Place, now: datetime, voice: Voice) -> Seen:
    """Every seat is taken at this instant."""
    here = [slot for slot in place.taken if slot.start <= now < slot.end]
    if len(here) < place.seats:
        return None
    slot = min(here, key=lambda one: one.end)
    if slot.kind in TEACHING:
        return Look(
            "class", voice.text(mark("Class")), voice.text(mark("until %(time)s"), time=voice.time(slot.end))
        )
    held = slot.start + timedelta(minutes=place.policy.grace_min)
    if now < held and place.node is not None:
        left = max(1, int((held - now) / timedelta(minutes=1)))
        return Look(
            "booked",
            voice.text(mark("Booked")),
            voice.text(mark("held for %(minutes)s more min"), minutes=left),
        )
    return Look(
        "booked",
        voice.text(mark("Booked")),
        voice.text(mark("until %(time)s"), time=voice.moment(slot.end, now)),
    )


def free(place: Place, now: datetime, voice: Voice) -> Look:
    """Free, and until when; of several seats, how many."""
    until = free_until(place, now)
    fact = voice.text(mark("until %(time)s"), time=voice.moment(until, now)) if until else ""
    if place.seats == 1:
        return Look("free", voice.text(mark("Free")), fact)
    left = place.seats - sum(slot.start <= now < slot.end for slot in place.taken)
    return Look("free", voice.count(*mark_many("%(count)s seat free", "%(count)s seats free"), left), fact)


LOOKS: tuple[Callable[[Place, datetime, Voice], Seen], ...] = (out, in_use, offline, closed, booked, free)


def is_running(place: Place) -> bool:
    """Whether a session is open, by its records or by the node's own word."""
    if place.node is not None and place.node.online and place.node.live:
        return (
            _live(place, "phase", None) in (Phase.STARTING, Phase.IN_USE, Phase.ENDING)
            or place.running is not None
        )
    return place.running is not None


def session_until(place: Place) -> datetime | None:
    """Until when the running session may go on."""
    if place.running is not None and place.running.until is not None:
        return place.running.until
    text = _live(place, "until", None)
    return datetime.fromisoformat(text) if isinstance(text, str) else None


def free_until(place: Place, now: datetime) -> datetime | None:
    """The next instant at which no seat is left, or the machines go off before closing."""
    span = next((one for one in place.open_time if one.holds(now)), None)
    margin = timedelta(minutes=place.policy.machines_off_min)
    ends = [span.end - margin] if span else []
    ends += [slot.start for slot in place.taken if slot.start > now and _full(place, slot.start)]
    later = [end for end in ends if end > now]
    return min(later, default=None)


def _full(place: Place, at: datetime) -> bool:
    return sum(slot.start <= at < slot.end for slot in place.taken) >= place.seats


def piece_kind(slot: Reservation, mine: str | None) -> str:
    """How a reservation is drawn: yours, class, out (maintenance) or booked."""
    if mine is not None and slot.person == mine:
        return "yours"
    if slot.kind in TEACHING:
        return "class"
    return "out" if slot.kind is ReservationKind.MAINTENANCE else "booked"


def _live(place: Place, name: str, missing: Any) -> Any:
    return missing if place.node is None else place.node.live.get(name, missing)


def day_span(place: Place, day: Span) -> Span:
    """From the first opening to the last closing of a day; ten to six on a day without."""
    spans = [span for span in place.open_time if span.overlaps(day)]
    if spans:
        return Span(
            max(day.start, min(span.start for span in spans)), min(day.end, max(span.end for span in spans))
        )
    return Span(day.start + timedelta(hours=10), day.start + timedelta(hours=18))
