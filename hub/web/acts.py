"""What may be done with a booking, what follows from it, and how does it stand? In words, before anything is done.

Nothing here decides: the services have the last word, and their refusals are shown on the same page.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.timeline import Span, grid_ceil
from core.vocabulary import OCCUPYING, ReservationStatus
from hub.ports import Machine, Person, Reservation
from hub.services import coming_late, extending, facts, giving_back
from hub.words import Voice
from hub.words.catalogs import mark

WAITS = frozenset({ReservationStatus.CONFIRMED, ReservationStatus.CONDITIONAL})


@dataclass(frozen=True, slots=True)
class Choices:
    """What may be done with a booking now: each a button on its card."""

    move: bool
    shorten: bool
    late: bool
    cancel: bool
    extend: bool
    release: bool
    costs: bool


@dataclass(frozen=True, slots=True)
class Ask:
    """A page before an act: its title, what follows, and what its one button says."""

    title: str
    follows: tuple[str, ...]
    button: str
    ends: bool = False


def choices_of(one: Reservation, by: Person, at: datetime) -> Choices:
    """What the holder may try; the services have the last word."""
    waits, here = one.status in WAITS and one.end > at, one.status in facts.ARRIVED and one.end > at
    firm = one.status is ReservationStatus.CONFIRMED
    return Choices(
        move=waits and one.start > at,
        shorten=waits and one.start > at,
        late=waits and firm and one.held_until is None,
        cancel=waits,
        extend=here and one.kind in extending.ATTENDED,
        release=here,
        costs=waits and giving_back.is_late(one, by, at),
    )


def ask_of(act: str, one: Reservation, machine: Machine, can: Choices, said: tuple[datetime, Voice]) -> Ask:
    """The page before an act; `said` is (now, voice)."""
    at, speech = said
    if act == "cancel":
        return _cancel(can, speech)
    if act == "late":
        return _late(one, machine, at, speech)
    if act == "extend":
        return _extend(one, machine, speech)
    if act == "move":
        return Ask(speech.text(mark("Move this booking")), (), "")
    return _release(machine, at, speech)


def _cancel(can: Choices, speech: Voice) -> Ask:
    follows = [mark("The slot is free for others at once.")]
    if can.costs:
        follows += [
            mark("It is less than 12 hours before: that is half a warning."),
            mark("If somebody takes the time, the half warning goes again."),
        ]
    else:
        follows.append(mark("It costs you nothing."))
    button = mark("Cancel (\u00bd warning)") if can.costs else mark("Cancel the booking")
    said = tuple(speech.text(each) for each in follows)
    return Ask(speech.text(mark("Cancel this booking")), said, speech.text(button), ends=True)


def _late(one: Reservation, machine: Machine, at: datetime, speech: Voice) -> Ask:
    policy = facts.policy_of(machine)
    opens = one.start - timedelta(minutes=policy.early_min)
    until = min(one.end, coming_late.due(one, machine) + coming_late.LONGER)
    follows = [
        speech.text(mark("%(machine)s is kept for you until %(time)s."), machine=machine.id, time=speech.time(until)),
        speech.text(mark("It works once a booking, and only while nobody waits for this time.")),
    ]  # fmt: skip
    if at < opens:
        follows.insert(
            0, speech.text(mark("You can say so from %(time)s on."), time=speech.moment(opens, at))
        )
    return Ask(speech.text(mark("I come later")), tuple(follows), speech.text(mark("Keep it for me")))


def _extend(one: Reservation, machine: Machine, speech: Voice) -> Ask:
    end = one.end + timedelta(minutes=facts.policy_of(machine).step_min)
    opens = (one.planned_end or one.end) - extending.OPENS
    follows = (
        speech.text(mark("Your time then lasts until %(time)s."), time=speech.time(end)),
        speech.text(mark("It works from %(time)s on, while nobody else has the time after you."), time=speech.time(opens)),
    )  # fmt: skip
    return Ask(speech.text(mark("Have it longer")), follows, speech.text(mark("Extend until %(time)s"), time=speech.time(end)))  # fmt: skip


def _release(machine: Machine, at: datetime, speech: Voice) -> Ask:
    policy = facts.policy_of(machine)
    free = grid_ceil(at, policy.step_min, policy.zone)
    follows = (
        speech.text(mark("From %(time)s on the machine is free for others."), time=speech.time(free)),
        speech.text(mark("Your quota counts only the time until then.")),
    )
    return Ask(speech.text(mark("Give the rest back")), follows, speech.text(mark("Give it back")), ends=True)


def ends_of(one: Reservation, machine: Machine) -> list[Span]:
    """The shorter times that a booking may have, shortest first: on the grid, not below the machine's least."""
    policy = facts.policy_of(machine)
    step, least = timedelta(minutes=policy.step_min), timedelta(minutes=policy.min_duration_min)
    ends, end = [], grid_ceil(one.start + least, policy.step_min, policy.zone)
    while end < one.end:
        ends.append(Span(one.start, end))
        end += step
    return ends


def facts_of(one: Reservation, at: datetime, speech: Voice) -> list[str]:
    """What the holder should know about it now, a sentence each."""
    if one.held_until is not None and one.status is ReservationStatus.CONFIRMED:
        return [speech.text(mark("You come later: it is kept for you until %(time)s."), time=speech.time(one.held_until))]  # fmt: skip
    if one.status not in WAITS:
        return []
    free = one.start - giving_back.FREE_UNTIL
    if at < free and one.kind in giving_back.COUNTED:
        return [speech.text(mark("Free to cancel until %(time)s."), time=speech.moment(free, at))]
    return []


def state_of(one: Reservation, at: datetime, speech: Voice) -> str:
    """How a booking stands that is no plan any more; "" for one that is."""
    said = {
        ReservationStatus.CANCELLED: mark("It was cancelled."),
        ReservationStatus.CANCELLED_LATE: mark("It was cancelled late."),
        ReservationStatus.CANCELLED_LAB: mark("The lab had to cancel it: you may book once outside your quota."),
        ReservationStatus.DISPLACED: mark("It gave way to a class: you may book once outside your quota."),
        ReservationStatus.NO_SHOW: mark("Nobody came, so the time was given to others."),
        ReservationStatus.DONE: mark("It is over."),
        ReservationStatus.CONDITIONAL: mark("It is not confirmed yet."),
        ReservationStatus.IN_USE: mark("You are at the machine."),
        ReservationStatus.ARRIVED: mark("You are at the machine."),
    }  # fmt: skip
    over = one.status in OCCUPYING - facts.ARRIVED and one.end <= at
    return (
        speech.text(mark("It is over."))
        if over
        else speech.text(said[one.status])
        if one.status in said
        else ""
    )
