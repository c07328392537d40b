"""What exactly is written to whom? A parcel of the outbox becomes a letter in the reader's language, as things stand now."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias
from urllib.parse import quote, urlencode, urlsplit
from zoneinfo import ZoneInfo

from core.timeline import BadInstant, instant
from core.vocabulary import MemberStatus
from hub.ports import Account, Lab, Parcel, Person, Reservation, Tx
from hub.ports.post import Letter
from hub.services.feeding import entry_of
from hub.words import Voice
from hub.words.ics import entries_text
from hub.words.letters import cause_of, subject_of, text_of, words_of
from hub.words.occasion import Page, Words

LONGEST = 500  # characters of what somebody typed that a mail repeats


def no_key(_account: Account) -> str:
    """Where no keys are made: such a letter is unreadable."""
    raise KeyError("key")


KeyOf: TypeAlias = Callable[[Account], str]


def compose(tx: Tx, parcel: Parcel, public_url: str, now: datetime, key_of: KeyOf = no_key) -> Letter | None:
    """The letter; None when nothing is to be said: no such person any more, a closed account, a silent occasion.

    `key_of` makes what the link to a first password is opened with; it stands in the letter alone.
    """
    account, lab = tx.people.account(person=parcel.target), tx.machines.lab(parcel.lab)
    if account is None or lab is None or not account.active:
        return None
    if account.person.status is MemberStatus.ARCHIVED:
        return None
    about = tx.bookings.get(str(parcel.payload.get("reservation", "")))
    given = parcel.payload.get("params", {})
    words = words_of(str(parcel.payload.get("template", "")), given, about_booking=about is not None)
    if words is None:
        return None
    person, voice = account.person, Voice(account.person.lang, ZoneInfo(lab.zone))
    facts = _facts(parcel, about)
    if words.page is Page.WELCOME:
        facts["key"] = key_of(account)
    places = _places(tx, facts, (person, lab), voice, now)
    host = urlsplit(public_url).hostname or "localhost"
    return Letter(
        name=f"<{parcel.id}.{int(parcel.created.timestamp() * 1000)}@{host}>",
        to=person.email,
        subject=subject_of(words, places, voice),
        text=text_of(
            words, places, _link(words, facts, public_url), _instead(facts, public_url, voice), voice
        ),
        lang=voice.lang,
        at=parcel.created,
        calendar=_calendar(words, about, lab, voice, host),
    )


def _facts(parcel: Parcel, about: Reservation | None) -> dict[str, Any]:
    """What the occasion is about: the reservation as it stands, and over it what the parcel says."""
    known: dict[str, Any] = {}
    if about is not None:
        known = {"reservation": about.id, "machine": about.machine, "start": about.start, "end": about.end}
        known["held"] = about.held_until
    given = parcel.payload.get("params", {})
    return known | {name: _read(value) for name, value in given.items()}


def _read(value: Any) -> Any:
    """A parameter; text that is an instant becomes one."""
    if not isinstance(value, str):
        return value
    try:
        return instant(value)
    except BadInstant:
        return value


def _places(
    tx: Tx, facts: Mapping[str, Any], whose: tuple[Person, Lab], voice: Voice, now: datetime
) -> dict[str, str]:
    person, lab = whose
    machine = tx.machines.get(str(facts.get("machine") or ""))
    start, end = facts.get("start"), facts.get("end")
    said = {name: voice.moment(at, now) for name, at in facts.items() if isinstance(at, datetime)}
    said |= {"day": "", "span": "", "reason": _typed(_why(facts.get("reason"), voice.lang))}
    said |= {"count": _typed(facts.get("count"))}
    if isinstance(start, datetime) and isinstance(end, datetime):
        said |= {"day": voice.long_day(start), "span": voice.span(start, end)}
    return _Unsaid(
        said
        | {
            "name": _typed(person.short or person.name),
            "lab": lab.name,
            "machine": str(facts.get("machine") or ""),
            "model": machine.model if machine else "",
            "course": _typed(facts.get("course")),
            "who": _named(tx, facts.get("who")),
            "cause": _typed(cause_of(str(facts.get("cause", "")), voice)),
        }
    )


def _named(tx: Tx, person: object) -> str:
    """The name of the other person that a mail speaks of."""
    return _typed(tx.people.names([person]).get(person)) if isinstance(person, str) else ""


class _Unsaid(dict[str, str]):
    """Places; one that nobody filled is empty, so that a mail leaves whatever a service forgot."""

    def __missing__(self, name: str) -> str:
        return ""


def _why(said: object, lang: str) -> object:
    """A reason in the reader's language, where it was said in three."""
    return said.get(lang) if isinstance(said, dict) else said


def _typed(text: object) -> str:
    """What a person typed, on one line and not too long."""
    return " ".join(str(text or "").split())[:LONGEST]


def _link(words: Words, facts: Mapping[str, Any], public_url: str) -> str:
    names = _Unsaid({name: quote(str(value), safe="") for name, value in facts.items()})
    return public_url + words.page.value.format_map(names)


def _instead(facts: Mapping[str, Any], public_url: str, voice: Voice) -> Sequence[str]:
    """Other free times (`alternatives` of the parcel: [{machine, start, end}]), each with the page that books it."""
    lines = []
    for slot in facts.get("alternatives") or ():
        start, end = instant(slot["start"]), instant(slot["end"])
        asked = urlencode({"start": slot["start"], "minutes": int((end - start).total_seconds()) // 60})
        page = f"{public_url}/machines/{quote(slot['machine'], safe='')}/book?{asked}"
        lines.append(f"{slot['machine']}, {voice.long_day(start)} {voice.span(start, end)}: {page}")
    return lines


def _calendar(words: Words, about: Reservation | None, lab: Lab, voice: Voice, host: str) -> bytes | None:
    if not words.dated or about is None:
        return None
    return entries_text([entry_of(about)], voice.lang, lab.name, host, about.created)
