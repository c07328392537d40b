"""How does a calendar program read our times? iCalendar (RFC 5545), every instant in UTC: right on both nights of the clocks.

UTC needs no VTIMEZONE, and no program can read it an hour off. Texts are escaped by the library: nothing typed by a person
becomes a property.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from icalendar import Calendar, Event

from hub.ports import FeedSubject
from hub.services.feeding import FeedEntry, FeedShown, Shown
from hub.words.catalogs import mark, text

MAKER = "-//Loquet//Loquet 1//EN"
MIME = "text/calendar"
_SUMMARY = {
    Shown.BUSY: mark("Busy"),
    Shown.BOOKING: mark("Booking %(machine)s"),
    Shown.CLASS: mark("Class on %(machine)s"),
    Shown.CLOSED: mark("Closed"),
}
_NAMES = {
    FeedSubject.PERSON: mark("My bookings"),
    FeedSubject.MACHINE: mark("Machine %(machine)s"),
    FeedSubject.LAB: mark("Closures and classes"),
}


def feed_text(shown: FeedShown, host: str) -> bytes:
    """A subscribed calendar."""
    calendar = _calendar("PUBLISH")
    calendar.add("x-wr-calname", f"{shown.lab.name}: {_name(shown)}")
    calendar.add("x-published-ttl", "PT15M")
    for entry in shown.entries:
        calendar.add_component(_event(entry, shown.lang, shown.lab.name, host, shown.made))
    return bytes(calendar.to_ical())


def entries_text(entries: Sequence[FeedEntry], lang: str, lab: str, host: str, made: datetime) -> bytes:
    """The attachment of a mail; a cancelled entry takes itself out of the reader's calendar."""
    calendar = _calendar("CANCEL" if entries and all(one.cancelled for one in entries) else "PUBLISH")
    for entry in entries:
        calendar.add_component(_event(entry, lang, lab, host, made))
    return bytes(calendar.to_ical())


def _calendar(method: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", MAKER)
    calendar.add("version", "2.0")
    calendar.add("method", method)
    return calendar


def _event(entry: FeedEntry, lang: str, lab: str, host: str, made: datetime) -> Event:
    event = Event()
    event.add("uid", f"{entry.key}@{host}")
    event.add("dtstamp", (entry.changed or made).astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", entry.start.astimezone(UTC))
    event.add("dtend", entry.end.astimezone(UTC))
    event.add("sequence", entry.rev)
    event.add("summary", _summary(entry, lang))
    event.add("location", lab)
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event.add("class", "PRIVATE")
    return event


def _summary(entry: FeedEntry, lang: str) -> str:
    said = text(lang, _SUMMARY[entry.shown], machine=entry.machine or "")
    more = [part for part in (entry.machine if entry.shown is Shown.CLOSED else "", entry.text) if part]
    return f"{said} ({', '.join(more)})" if more else said


def _name(shown: FeedShown) -> str:
    return text(shown.lang, _NAMES[shown.subject], machine=shown.machine or "")
