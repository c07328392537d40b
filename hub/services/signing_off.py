"""What becomes of a sign-off at a machine? A claim on the member's certificate, if its trainer may make it (R28).

A UID is soon copied, so two taps alone are provisional: good alone at that machine until it closes (never on high
risk), beside a supervisor anywhere, and gone after 72 hours without the trainer's word. It is final at once when the
hub has checked the trainer's PIN there, or inside a training of his that was scheduled before, for who is enrolled.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from core.calendars import open_for, present_for, span_around
from core.certificates import Claim
from core.timeline import Span, stamp
from core.vocabulary import Reason, ReservationKind, Role
from hub.ports import Machine, Node, Tx
from hub.services import certifying, facts, presence, telling
from hub.services.refused import Refused

AN_HOUR = timedelta(hours=1)
MOST_AN_HOUR = 12  # R28, for a trainer and a node
MOST_OUTSIDE = 3  # R28, outside a training session
CONFIRMED_WITHIN = timedelta(hours=72)  # R28
_TICK = timedelta(milliseconds=1)
TAUGHT = frozenset({ReservationKind.TRAINING, ReservationKind.CLASS})


@dataclass(frozen=True, slots=True)
class Signed:
    """What the record says, by whom at which machine, and when."""

    trainer: str
    trainee: str
    course: str
    machine: Machine
    node: str
    at: datetime


def recorded(tx: Tx, node: Node, said: Mapping[str, Any], at: datetime, now: datetime) -> None:
    """A `sign-off` record has come: write the certificate, or note why not. `now` dates audit and letters."""
    signed = _read(tx, node, said, at)
    if signed is None:
        return
    planned = _planned(tx, signed)
    against = _against(tx, signed, planned=planned) or _write(tx, signed, now, planned=planned)
    if against is not None:
        told = {"trainee": signed.trainee, "course": signed.course, "why": against.value}
        tx.audit.append(node.lab, signed.trainer, "sign-off.refused", node.id, told, now)


def _read(tx: Tx, node: Node, said: Mapping[str, Any], at: datetime) -> Signed | None:
    trainer, trainee, course = (said.get(name) for name in ("trainer", "trainee", "course"))
    machine = tx.machines.get(node.machine)
    if not (isinstance(trainer, str) and isinstance(trainee, str) and isinstance(course, str)) or not machine:
        return None
    return Signed(trainer, trainee, course, machine, node.id, at)


def _against(tx: Tx, signed: Signed, *, planned: bool) -> Reason | None:
    if signed.course not in signed.machine.needs:
        return Reason.INVALID
    lately = tx.records.of(signed.node, ["sign-off"], MOST_AN_HOUR * 4)
    before = [one for one in lately if signed.at - AN_HOUR < one.at < signed.at]
    his = [one for one in before if json.loads(one.text)["data"].get("trainer") == signed.trainer]
    most = MOST_AN_HOUR if planned else MOST_OUTSIDE
    return Reason.RATE_LIMITED if len(his) >= most else None


def _write(tx: Tx, signed: Signed, now: datetime, *, planned: bool) -> Reason | None:
    """Final or provisional, and both are told; the reason when the trainer may not sign at all."""
    final = (planned and _enrolled(tx, signed)) or presence.typed(tx, signed.trainer, signed.node, signed.at)
    words = f"sign-off at {signed.node}"
    people = (signed.trainer, signed.trainee)
    if final:
        made = certifying.grant(tx, *people, signed.course, signed.at, words)
    else:
        made = certifying.claim(tx, people, signed.course, signed.at, (words, _claim(tx, signed)))
    if isinstance(made, Refused):
        return made.code
    end = "final" if final else "provisional"
    params = {"machine": signed.machine.id, "course": signed.course, "who": signed.trainee}
    if not final:
        params["until"] = stamp(signed.at + CONFIRMED_WITHIN)
    telling.mail_person(tx, signed.machine.lab, signed.trainer, f"signature.{end}", now, params)
    telling.mail_person(tx, signed.machine.lab, signed.trainee, f"certificate.{end}", now, params)
    return None


def _claim(tx: Tx, signed: Signed) -> Claim:
    """Good alone there until the machine closes today."""
    openings = facts.openings_of(tx, signed.machine, Span(signed.at, signed.at + timedelta(days=1)))
    today = span_around(open_for(openings, present_for((Role.MEMBER,))), signed.at)
    off = timedelta(minutes=facts.policy_of(signed.machine).machines_off_min)
    alone = today.end - off if today is not None else signed.at
    return Claim(signed.machine.id, alone, signed.at + CONFIRMED_WITHIN)


def _planned(tx: Tx, signed: Signed) -> bool:
    """Inside a training of this trainer at this machine that stood before it began."""
    slots = tx.bookings.of_person(signed.trainer, signed.at, signed.at + _TICK)
    return any(
        one.machine == signed.machine.id and one.kind in TAUGHT and one.created < one.start <= signed.at
        for one in slots
    )


def _enrolled(tx: Tx, signed: Signed) -> bool:
    events = tx.certificates.events(signed.trainee)
    return any(one.kind == "enrol" and one.course == signed.course and one.at < signed.at for one in events)
