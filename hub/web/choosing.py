"""What is it that I have chosen in the week? The card beside the grid: start, duration, my right, my share, what it costs to cancel."""

from datetime import datetime, timedelta

from flask import abort, render_template

from core.booking import Wanted, objections
from core.booking.request import Request
from core.booking.standing import lacking
from hub.services import giving_back
from hub.services.reserving import NotReserved
from hub.web.days import Day, DayWish, length_of, lengths_of, read_day, wanted_of
from hub.web.house import house, now, voice
from hub.web.shares import share_of
from hub.web.signing import somebody
from hub.web.slots import Slot, hours_of
from hub.web.whys import whys
from hub.words.catalogs import mark


def choice_card(wish: DayWish) -> str:
    """The card of one start; its start and duration can be changed there, and it says what stands against it."""
    person, speech = somebody(), voice()
    day = house().store.read(lambda tx: read_day(tx, wish, person.id))
    if isinstance(day, NotReserved) or wish.start is None:
        abort(404)
    length = length_of(wish, day)
    wanted = wanted_of(wish, day, length, person.id)
    return render_template(
        "_choice.html",
        shown=day,
        start=wanted.start,
        end=wanted.end,
        length=length,
        lengths=lengths_of(wish, day),
        starts=_starts(day, wanted),
        against=whys(objections(wanted, day.seats, day.rules, now()), day.machine.id),
        right=_right(day, wanted),
        cost=cancelling(wanted.start),
        share=share_of(day.machine, wanted, day.rules, speech),
        note=day.rules.note,
    )


def _starts(day: Day, wanted: Wanted) -> list[datetime]:
    """Every start of the day that can be had for so long, the chosen one among them whatever stands against it."""
    found = hours_of(day.span, wanted, day.rules, day.seats, now())
    slots: list[Slot] = [slot for offer in found for slot in offer.slots]
    return sorted({wanted.start, *(slot.start for slot in slots)})


def _right(day: Day, wanted: Wanted) -> str:
    """The person's right to the machine in a few words; "" where something is missing, which `against` says."""
    if next(iter(lacking(Request(wanted, (), day.rules, now()))), None) is not None:
        return ""
    speech, needs = voice(), ", ".join(day.machine.needs)
    if not needs:
        return speech.text(mark("No certificate needed"))
    if day.until is not None and day.until - now() < timedelta(days=30):
        said = mark("Certificate %(course)s valid until %(date)s")
        return speech.text(said, course=needs, date=speech.date(day.until))
    return speech.text(mark("Certificate %(course)s valid"), course=needs)


def cancelling(start: datetime) -> str:
    """Until when it costs nothing to cancel a booking that begins then."""
    speech, free = voice(), start - giving_back.FREE_UNTIL
    if now() < free:
        return speech.text(mark("Free to cancel until %(time)s."), time=speech.moment(free, now()))
    return speech.text(mark("It begins within 12 hours: cancelling costs half a warning."))
