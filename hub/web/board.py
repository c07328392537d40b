"""What is free now? The public board: a card per machine, the answer as its headline, fresh every second."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response, render_template, request, url_for

from core.certificates import standing
from core.timeline import Span
from hub.ports import Person, Tx
from hub.services import facts
from hub.web.frame import live
from hub.web.house import house, me, now, voice
from hub.web.looks import Look, day_span, is_running, look, piece_kind, session_until
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
    return live(render_template("_board.html", **_shown()))


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
