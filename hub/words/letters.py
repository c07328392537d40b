"""What do our mails say? One entry for each occasion: a subject, a few short lines, and what its one link is called.

Answer first, no blame, and what one can do about it. The link opens a page; only that page's button changes anything.
"""

import re
from collections.abc import Mapping, Sequence

from hub.words import badge_letters, door_letters, machine_letters
from hub.words.catalogs import mark as _
from hub.words.occasion import Page, Words
from hub.words.voice import Voice

_SEE = _("See the booking:")
_CANCEL = _("If you cannot come, give the time back to somebody else:")
_AGAIN = _("Book another time:")
_APPEAL = _("Read why, or say that it is wrong:")


SILENT = frozenset({"reservation.walked-up"})  # the person stands at the machine

LETTERS: Mapping[str, Words] = {
    "reservation.made": Words(
        _("Booked: %(machine)s, %(day)s %(span)s"),
        (_("%(machine)s (%(model)s) is yours on %(day)s, %(span)s."),),
        Page.CANCEL, _CANCEL, dated=True,
    ),
    "reservation.moved": Words(
        _("Moved: %(machine)s, now %(day)s %(span)s"),
        (_("Your booking of %(machine)s is now on %(day)s, %(span)s."),),
        Page.CANCEL, _CANCEL, dated=True,
    ),
    "reservation.cancelled": Words(
        _("Cancelled: %(machine)s, %(day)s %(span)s"),
        (_("Your booking of %(machine)s on %(day)s, %(span)s, is cancelled. The time is free for others."),),
        Page.BOOK, _AGAIN, dated=True,
    ),
    "reservation.cancelled_late": Words(
        _("Cancelled late: %(machine)s, %(day)s %(span)s"),
        (
            _("Your booking of %(machine)s on %(day)s, %(span)s, is cancelled."),
            _("It was late: half a warning is noted, and goes again if somebody takes the time."),
        ),
        Page.BOOK, _AGAIN, dated=True,
    ),
    "reservation.cancelled_lab": Words(
        _("Cancelled by the lab: %(machine)s, %(day)s %(span)s"),
        (
            _("We are sorry: %(machine)s cannot be used on %(day)s, %(span)s."),
            _("Reason: %(reason)s"),
            _("It counts for nothing against you, and you may book once outside your quota within 30 days."),
        ),
        Page.BOOK, _AGAIN, dated=True,
    ),
    "reservation.displaced": Words(
        _("Your booking gave way: %(machine)s, %(day)s %(span)s"),
        (
            _("We are sorry: somebody else had to have %(machine)s on %(day)s, %(span)s."),
            _("It counts for nothing against you, and you may book once outside your quota within 30 days."),
        ),
        Page.BOOK, _AGAIN, dated=True,
    ),
    "reservation.extended": Words(
        _("Longer: %(machine)s until %(end)s"),
        (_("Your time on %(machine)s now lasts until %(end)s."),),
        Page.RESERVATION, _SEE, dated=True,
    ),
    "reservation.released": Words(
        _("Given back: %(machine)s, %(day)s"),
        (_("You gave the rest of your time on %(machine)s back. Thank you: somebody else can use it."),),
        Page.RESERVATION, _SEE, dated=True,
    ),
    "reservation.held": Words(
        _("%(machine)s is kept for you until %(held)s"),
        (_("You said that you come later: %(machine)s is kept for you until %(held)s."),),
        Page.RESERVATION, _SEE,
    ),
    "reservation.no_show": Words(
        _("Released: %(machine)s, %(day)s %(span)s"),
        (
            _("Nobody came to %(machine)s by the end of the grace period, so the time was given to others."),
            _("If you came, or could not because of us, tell us: the warning is taken back."),
        ),
        Page.MINE, _APPEAL, dated=True,
    ),
    "reservation.no_show_excused": Words(
        _("Released: %(machine)s, %(day)s %(span)s"),
        (
            _("Nobody came to %(machine)s by the end of the grace period, so the time was given to others."),
            _("It counts for nothing against you."),
        ),
        Page.BOOK, _AGAIN, dated=True,
    ),
    "reservation.delayed": Words(
        _("%(machine)s is not free yet: now %(day)s %(span)s"),
        (
            _("We are sorry: whoever is at %(machine)s goes on past the end, so it is not free for you yet."),
            _("Where the time after yours is free, yours is as long as before and begins later: %(day)s, %(span)s."),
            _("Lay your badge on the reader when you come: then you have arrived, and lose nothing."),
        ),
        Page.RESERVATION, _SEE, dated=True,
    ),
    "series.made": Words(
        _("Booked %(count)s times: %(machine)s, from %(day)s %(span)s on"),
        (
            _("%(machine)s (%(model)s) is yours %(count)s times, first on %(day)s, %(span)s."),
            _("The last time is on %(last)s."),
        ),
        Page.MINE, _("See your bookings:"), dated=True,
    ),
    "reservation.confirmed": Words(
        _("Confirmed: %(machine)s, %(day)s %(span)s"),
        (_("What your booking of %(machine)s waited for has happened: it stands."),),
        Page.CANCEL, _CANCEL, dated=True,
    ),
    "reservation.lapsed": Words(
        _("Not confirmed: %(machine)s, %(day)s %(span)s"),
        (_("What your booking of %(machine)s waited for did not happen in time, so it was taken back."),),
        Page.BOOK, _AGAIN, dated=True,
    ),
    "machine.out": Words(
        _("%(machine)s is out of order: %(day)s %(span)s"),
        (
            _("%(machine)s is out of order, and nobody knows yet whether it will work on %(day)s, %(span)s."),
            _("Reason: %(reason)s"),
            _("Your booking stands. You can move it, or give it back."),
        ),
        Page.RESERVATION, _SEE,
    ),
    "machine.restored": Words(
        _("%(machine)s works again: %(day)s %(span)s"),
        (_("%(machine)s works again. Your booking on %(day)s, %(span)s, stands."),),
        Page.RESERVATION, _SEE,
    ),
    "waiting.offer": Words(
        _("Free for you: %(machine)s, %(day)s %(span)s"),
        (
            _("%(machine)s became free on %(day)s, %(span)s. You were waiting for it."),
            _("The offer stands until %(expires)s."),
        ),
        Page.OFFER, _("Take it, or pass it on:"),
    ),
    "offer.accepted": Words(
        _("Booked: %(machine)s, %(day)s %(span)s"),
        (_("%(machine)s (%(model)s) is yours on %(day)s, %(span)s."),),
        Page.CANCEL, _CANCEL, dated=True,
    ),
    "waiting.expired": Words(
        _("Nothing became free"),
        (_("The time that you were waiting for is over, and nothing became free. You wait no longer."),),
        Page.MINE, _("See your bookings:"),
    ),
    "strike.struck": Words(
        _("A warning: %(cause)s"),
        (
            _("A warning was noted: %(cause)s, %(machine)s, %(day)s %(span)s."),
            _("It lapses after 60 days. Three within 60 days switch booking ahead off for some days; using a free machine stays possible."),
        ),
        Page.MINE, _APPEAL,
    ),
    "strike.false_alarm": Words(
        _("A warning: %(cause)s"),
        (
            _("A warning was noted: %(cause)s, %(machine)s."),
            _("What the staff say: %(reason)s"),
            _("It lapses after 60 days. Three within 60 days switch booking ahead off for some days; using a free machine stays possible."),
        ),
        Page.MINE, _APPEAL,
    ),
    "strike.withdrawn": Words(
        _("A warning was taken back"),
        (_("A warning was taken back: %(cause)s. It counts no longer."),),
        Page.MINE, _("See where you stand:"),
    ),
    "strike.appealed": Words(
        _("We got your objection"),
        (_("You said that a warning is wrong (%(cause)s). Somebody of the staff will read it and answer."),),
        Page.MINE, _("See where you stand:"),
    ),
    "strike.upheld": Words(
        _("A warning stays"),
        (_("The staff looked at your objection (%(cause)s). The warning stays: %(reason)s"),),
        Page.MINE, _("See where you stand:"),
    ),
    "strike.lengthened": Words(
        _("Booking ahead is off until %(until)s"),
        (_("The staff decided that booking ahead stays off until %(until)s: %(reason)s"),),
        Page.MINE, _APPEAL,
    ),
    "booking.off": Words(
        _("Booking ahead is off until %(until)s"),
        (
            _("Three warnings came together, so you cannot book ahead until %(until)s."),
            _("You can still use any machine that is free when you come."),
        ),
        Page.MINE, _APPEAL,
    ),
    **badge_letters.LETTERS,
    **door_letters.LETTERS,
    **machine_letters.LETTERS,
}  # fmt: skip

NEWS = Words(  # an occasion that has no words of its own yet: better said plainly than not at all
    _("News about %(machine)s, %(day)s %(span)s"),
    (_("Your booking of %(machine)s on %(day)s, %(span)s, has changed."),),
    Page.RESERVATION, _SEE, dated=True,
)  # fmt: skip

CAUSES: Mapping[str, str] = {
    "no-show": _("you did not come"),
    "late-cancel": _("you cancelled late"),
    "overrun": _("you went on past your time while somebody waited"),
    "false-alarm": _("you reported a problem that was none"),
}
_INSTEAD = _("Free instead:")
_HELLO = _("Hello %(name)s,")
_WHY = _("You get this because you have an account at %(lab)s.")


_PLACES = re.compile(r"%\((\w+)\)s")
_VARIANTS = (("late", True, "_late"), ("strike", False, "_excused"))  # a parameter that changes what is said


def words_of(template: str, given: Mapping[str, object], *, about_booking: bool) -> Words | None:
    """The words of an occasion, as its parameters have it; None where nothing is said."""
    if template in SILENT:
        return None
    variants = [template + end for name, value, end in _VARIANTS if given.get(name) is value]
    named = next((LETTERS[one] for one in variants if one in LETTERS), LETTERS.get(template))
    return named or (NEWS if about_booking else None)


def subject_of(words: Words, places: Mapping[str, str], voice: Voice) -> str:
    """The subject, one line whatever somebody typed."""
    return " ".join(voice.text(words.subject, **_filled(words.subject, places)).split())


def text_of(words: Words, places: Mapping[str, str], link: str, instead: Sequence[str], voice: Voice) -> str:
    """The plain text; a line of which something was not given is left out. `instead`: other free times, as links."""
    said = [voice.text(line, **places) for line in words.lines if all(_filled(line, places).values())]
    parts = [voice.text(_HELLO, **places), "\n".join(said), f"{voice.text(words.link)}\n{link}"]
    if instead:
        parts.append("\n".join([voice.text(_INSTEAD), *instead]))
    parts.append(f"-- \n{places['lab']}\n{voice.text(_WHY, **places)}")
    return "\n\n".join(parts) + "\n"


def _filled(sentence: str, places: Mapping[str, str]) -> dict[str, str]:
    """What stands at the sentence's places; nothing at one that nobody filled."""
    return {name: places.get(name, "") for name in _PLACES.findall(sentence)}


def cause_of(cause: str, voice: Voice) -> str:
    """What a warning is for."""
    return voice.text(CAUSES[cause]) if cause in CAUSES else cause
