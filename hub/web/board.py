"""What is free now? The public board: a card per machine, the answer as its headline, fresh every second."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, Response, render_template, request, url_for

from core.certificates import standing
from core.timeline import Span
from hub.ports import Person, Tx
from hub.ports.revisions import calendar_name, floor_name, house_name, person_name
from hub.services import facts
from hub.services.house import house_of
from hub.services.kept import Kept
from hub.web.frame import live
from hub.web.house import house, me, now, voice
from hub.web.looks import ENDING, Look, day_span, is_running, look, piece_kind, session_until
from hub.web.reading import Place, Workshop, day_of, workshop
from hub.web.rulers import Piece, Ruler, ruler
from hub.words import Voice
from hub.words.catalogs import mark, mark_many

blueprint = Blueprint("board", __name__)

NUMBERS = (
    mark("No machine"), mark("One machine"), mark("Two machines"), mark("Three machines"), mark("Four machines"),
    mark("Five machines"), mark("Six machines"), mark("Seven machines"), mark("Eight machines"),
    mark("Nine machines"), mark("Ten machines"), mark("Eleven machines"), mark("Twelve machines"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Card:
    """One machine on the board; `usable` None for a stranger."""

    id: str
    model: str
    family: str
    look: Look
    ruler: Ruler
    need: str
    usable: bool | None = None


@dataclass(frozen=True, slots=True)
class Headline:
    """The answer in one sentence, and one line under it."""

    answer: str
    beside: str
    time: str


@blueprint.get("/")
def board() -> str:
    """The whole page."""
    return render_template("board.html", **_shown())


@blueprint.get("/board/live")
def board_live() -> Response:
    """The part that changes, for htmx."""
    key = (house().lab.id, voice().lang, request.args.get("family", ""), getattr(me(), "id", ""))
    rev = house().store.read(lambda tx: _revision(tx, house().lab.id, key[-1]))
    kept = _KEPT.get(key, rev)
    if kept is None or not kept.made <= now() < kept.good_until:
        shown = _shown()
        kept = _KEPT.keep(key, rev, _page(render_template("_board.html", **shown), shown["good_until"]))
    return kept.answer()


@dataclass(frozen=True, slots=True)
class Page:
    """The live part as it was said at `made`; the passing of time alone changes it at `good_until`, not before."""

    html: bytes
    etag: str
    made: datetime
    good_until: datetime

    def answer(self) -> Response:
        """The part, or 304 for whoever has it."""
        return live(self.html, self.etag)


_KEPT: Kept[tuple[str, str, str, str], Page] = Kept(
    256
)  # some hundred readers in three languages, 30 kB each


def _page(html: str, good_until: object) -> Page:
    data = html.encode()
    until = good_until if isinstance(good_until, datetime) else now()
    return Page(data, hashlib.sha256(data).hexdigest()[:32], now(), until)


def _revision(tx: Tx, lab: str, person: str) -> tuple[int, ...]:
    """The same numbers: the same board, but for the passing of time."""
    machines = house_of(tx, lab).machines if lab else {}
    names = [house_name(lab), person_name(person)]
    names += [name for one in machines for name in (calendar_name(one), floor_name(one))]
    return tuple(tx.revisions.of(names).values())


def good_until(shop: Workshop) -> datetime:
    """When the passing of time next changes a word: the next minute, or a session's end, or ten minutes before it."""
    minute = shop.now.replace(second=0, microsecond=0) + timedelta(minutes=1)
    ends = [until for place in shop.places.values() if (until := session_until(place)) is not None]
    turns = (at for end in ends for at in (end - ENDING, end))
    return min([minute, *(at for at in turns if at > shop.now)])


def _shown() -> dict[str, object]:
    shop, usable = house().store.read(lambda tx: _read(tx, me()))
    family = request.args.get("family", "")
    speech = voice()
    cards = [_card(place, usable, shop, speech) for place in shop.places.values()]
    families = {place.machine.family: _family(place, speech) for place in shop.places.values()}
    shown = [card for card in cards if family in ("", card.family)]
    order = sorted(shown, key=lambda card: (card.look.kind != "free", card.usable is False, card.id))
    return {
        "headline": headline(shop, cards, speech),
        "free": [card for card in order if card.look.kind == "free"],
        "busy": [card for card in order if card.look.kind != "free"],
        "families": families,
        "family": family,
        "good_until": good_until(shop),
        "live_href": url_for("board.board_live", family=family or None),
    }


def _read(tx: Tx, person: Person | None) -> tuple[Workshop, dict[str, str]]:
    """The workshop, and for a member of each course the sentence of what is missing ("" when usable)."""
    lab, at = house().lab, now()
    shop = workshop(tx, lab.id, at)
    if person is None:
        return shop, {}
    courses = facts.courses_of(tx, lab.id, lab.zone)
    events = facts.events_of(tx.certificates.events(person.id))
    return shop, {name: _lack(standing(name, events, courses, at).missing) for name in courses}


def _lack(missing: tuple[object, ...]) -> str:
    if not missing:
        return ""
    first = missing[0]
    return voice().say(first.code, first.params)  # type: ignore[attr-defined]


def _card(place: Place, lacks: dict[str, str], shop: Workshop, speech: Voice) -> Card:
    one = place.machine
    missing = [lacks[need] for need in one.needs if lacks.get(need)]
    need = speech.text(mark("Certificate %(course)s"), course=", ".join(one.needs)) if one.needs else ""
    usable = None if not lacks else not missing
    seen = look(place, shop.now, speech)
    shown = missing[0] if missing else (speech.text(mark("You may use it")) if usable else need)
    return Card(one.id, one.model, one.family, seen, day_ruler(place, shop.now, speech, seen), shown, usable)


def _family(place: Place, speech: Voice) -> str:
    return place.machine.family_names.get(speech.lang, place.machine.family)


def day_ruler(place: Place, at: datetime, speech: Voice, seen: Look, mine: str | None = None) -> Ruler:
    """The machine's day on the rule; one that is out of order is crossed out from end to end."""
    day = day_span(place, day_of(at, place.machine.zone))
    if seen.kind == "out":
        pieces = [Piece("out", day.start, day.end)]
    else:
        pieces = [
            Piece(piece_kind(slot, mine), slot.start, slot.end)
            for slot in place.taken
            if place.running is None or slot.id != place.running.reservation
        ]
        pieces += _closed_pieces(place, day) + _running_piece(place, at, seen)
    label = speech.text(
        mark("%(machine)s today: %(word)s %(fact)s"), machine=place.machine.id, word=seen.word, fact=seen.fact
    )
    return ruler(day, pieces, at, label.strip(), speech)


def _closed_pieces(place: Place, day: Span) -> list[Piece]:
    if not any(span.overlaps(day) for span in place.open_time):
        return [Piece("closed", day.start, day.end)]
    return []


def _running_piece(place: Place, at: datetime, seen: Look) -> list[Piece]:
    if place.running is None or not is_running(place):
        return []
    kind = "ending" if seen.kind == "ending" else "use"
    return [Piece(kind, place.running.start, max(session_until(place) or at, at))]


def headline(shop: Workshop, cards: list[Card], speech: Voice) -> Headline:
    """The answer ("Five machines are free, open until 18:00"), and the day and time under it."""
    count = sum(card.look.kind == "free" for card in cards)
    number = (
        speech.text(NUMBERS[count])
        if count < len(NUMBERS)
        else speech.text(mark("%(count)s machines"), count=count)
    )
    opening = [span for place in shop.places.values() for span in place.open_time if span.holds(shop.now)]
    beside = speech.text(
        mark("%(day)s, %(time)s."), day=speech.long_day(shop.now), time=speech.time(shop.now)
    )
    beside = beside[:1].upper() + beside[1:]
    if not opening:
        starts = [
            span.start for place in shop.places.values() for span in place.open_time if span.start > shop.now
        ]
        opens = speech.moment(min(starts), shop.now) if starts else ""
        answer = mark("Closed now, open again %(time)s") if opens else mark("Closed now")
        return Headline(speech.text(answer, time=opens), beside, speech.time(shop.now))
    until = speech.time(max(span.end for span in opening))
    answers = mark_many("%(number)s is free, open until %(time)s", "%(number)s are free, open until %(time)s")
    return Headline(
        speech.count(*answers, max(count, 1), number=number, time=until), beside, speech.time(shop.now)
    )
