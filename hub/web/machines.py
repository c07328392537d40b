"""What is this machine, may I use it, and when is it free? One page a machine; the QR code on it leads here."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from flask import Blueprint, Response, abort, render_template, url_for

from core.access import Decision
from core.booking import BookingRules, Taken, Wanted, alternatives
from core.grants import MachinePolicy
from core.timeline import Span, grid_ceil
from core.vocabulary import Reason, Role
from hub.ports import Person, Tx
from hub.services import facts, free_beside, granting, holding
from hub.web.board import day_ruler
from hub.web.frame import live
from hub.web.house import house, me, now, voice
from hub.web.looks import Look, look
from hub.web.reading import Place, workshop
from hub.web.reporting import may_report, severities, troubles
from hub.web.rulers import Ruler
from hub.web.shares import quotas_in_words
from hub.web.slots import usual_length
from hub.web.whys import Why, whys
from hub.words import Voice
from hub.words.catalogs import mark

blueprint = Blueprint("machines", __name__)
DRAWINGS = Path(__file__).parent / "templates" / "drawings"
MINE_TO_CHOOSE = frozenset({Reason.OCCUPIED, Reason.RESERVED_OTHER, Reason.LAB_CLOSED, Reason.LAST_START, Reason.TOO_SHORT, Reason.LEAD})  # fmt: skip


@dataclass(frozen=True, slots=True)
class NextSlot:
    """A free slot as a button."""

    day: str
    span: str
    length: str
    href: str


@dataclass(frozen=True, slots=True)
class Answer:
    """Am I allowed? `kind` is the colour, `title` the answer, `text` what goes with it, `against` every reason."""

    kind: str
    title: str
    text: str
    against: tuple[Why, ...]


@blueprint.get("/machines/<name>")
def machine(name: str) -> str:
    """The whole page."""
    place, decision, slots = house().store.read(lambda tx: _read(tx, name, me()))
    speech = voice()
    seen, rule = _now_parts(place, speech)
    return render_template(
        "machine.html",
        place=place,
        look=seen,
        ruler=rule,
        family=place.machine.family_names.get(speech.lang, place.machine.family),
        drawing=drawing_of(place.machine.family),
        answer=_answer(decision, place, speech),
        may_report=may_report(me(), place.machine),
        severities=severities(),
        troubles=troubles(),
        slots=[_slot(one, place, speech) for one in slots],
        rules=rules_in_words(place.policy, speech)
        + quotas_in_words(holding.machine_terms(place.machine).quotas, speech),
    )


@blueprint.get("/machines/<name>/live")
def machine_live(name: str) -> Response:
    """State and ruler, for htmx."""
    shop = house().store.read(lambda tx: workshop(tx, house().lab.id, now(), name))
    if name not in shop.places:
        abort(404)
    seen, rule = _now_parts(shop.places[name], voice())
    return live(render_template("_machine_now.html", name=name, look=seen, ruler=rule))


def _now_parts(place: Place, speech: Voice) -> tuple[Look, Ruler]:
    person = me()
    seen = look(place, now(), speech)
    return seen, day_ruler(place, now(), speech, seen, person.id if person else None)


def _read(tx: Tx, name: str, person: Person | None) -> tuple[Place, Decision | None, tuple[Span, ...]]:
    at = now()
    places = workshop(tx, house().lab.id, at, name).places
    if name not in places:
        abort(404)
    place = places[name]
    decision = granting.decision_for(tx, person, place.machine, at) if person else None
    if person and decision:
        decision = free_beside.named(tx, decision, person, place.machine, at)
    return place, decision, _next_free(tx, place, person, at)


def _next_free(tx: Tx, place: Place, person: Person | None, at: datetime) -> tuple[Span, ...]:
    """The next three slots of the usual length, for this person's roles."""
    policy = place.policy
    start = grid_ceil(at, policy.step_min, policy.zone)
    roles = facts.roles_of(person, policy.lab) if person else (Role.MEMBER,)
    wanted = Wanted(start, start + timedelta(minutes=usual_length(policy)), roles=roles or (Role.MEMBER,))
    seats = tuple(seat.id for seat in tx.machines.seats(place.machine.id))
    taken = [Taken(one.seat, one.start, one.end) for one in place.taken]
    return alternatives(wanted, taken, BookingRules(policy, place.openings, (), seats), at)


def _slot(one: Span, place: Place, speech: Voice) -> NextSlot:
    minutes = int((one.end - one.start).total_seconds()) // 60
    same_day = speech.local_date(one.start) == speech.local_date(now())
    return NextSlot(
        day=speech.day(one.start, now()) if same_day else speech.short_day(one.start),
        span=speech.span(one.start, one.end),
        length=speech.duration(minutes),
        href=url_for("booking.day", name=place.machine.id, start=one.start.isoformat(), minutes=minutes),
    )


def _answer(decision: Decision | None, place: Place, speech: Voice) -> Answer:
    """What a stranger needs, or what the one decision of the house says to this member."""
    if decision is None:
        return _to_stranger(place, speech)
    if decision.allowed:
        until = decision.until
        text = speech.text(mark("Now, until %(time)s: lay your badge on the reader."), time=speech.moment(until, now())) if until else ""  # fmt: skip
        return Answer("free", speech.text(mark("You may use this machine")), text, ())
    against = tuple(whys(decision.objections, place.machine.id))
    if all(one.code in MINE_TO_CHOOSE for one in decision.objections):
        title = speech.text(mark("You are certified, but not at this moment"))
        return Answer("booked", title, "", against)
    return Answer("out", speech.text(mark("Not yet: this is missing")), "", against)


def _to_stranger(place: Place, speech: Voice) -> Answer:
    needs = ", ".join(place.machine.needs)
    title = speech.text(mark("You need the certificate %(course)s"), course=needs) if needs else speech.text(mark("Everyone who knows the house may use it"))  # fmt: skip
    return Answer("booked", title, speech.text(mark("Sign in to see what applies to you.")), ())


def rules_in_words(policy: MachinePolicy, speech: Voice) -> list[str]:
    """The machine's parameters as sentences a member can read."""
    least, most = speech.duration(policy.min_duration_min), speech.duration(policy.max_duration_min)
    said = [
        speech.text(mark("From %(least)s to %(most)s per booking."), least=least, most=most),
        speech.text(mark("Bookable up to %(days)s days ahead."), days=policy.horizon_d),
        speech.text(mark("Kept for %(minutes)s minutes after the hour."), minutes=policy.grace_min),
        speech.text(
            mark("The machines go off %(minutes)s minutes before closing."), minutes=policy.machines_off_min
        ),
    ]
    if policy.walkup:
        said.append(speech.text(mark("Without a booking: lay your badge when it is free, for up to %(minutes)s minutes."), minutes=policy.walkup_min))  # fmt: skip
    if policy.pre_run_s:
        said.append(speech.text(mark("The extraction runs for %(seconds)s s before the machine starts."), seconds=policy.pre_run_s))  # fmt: skip
    if policy.run_on_s:
        said.append(speech.text(mark("The extraction runs on for %(seconds)s s: leave the lid closed."), seconds=policy.run_on_s))  # fmt: skip
    return said


def drawing_of(family: str) -> str:
    """The line drawing of a family; a plain machine where there is none."""
    known = {"cnc-large": "cnc", "cnc-small": "cnc", "saw": "cnc", "fdm": "printer", "resin": "printer", "laser": "laser"}  # fmt: skip
    return f"drawings/{known.get(family, 'bench')}.svg"
