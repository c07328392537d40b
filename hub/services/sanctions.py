"""Who has strikes, why, and what can be done about it? Each is explained, can be appealed, withdrawn, and decays (R53).

Strikes are events; where somebody stands is derived (core.sanctions) each time it is asked.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from core.sanctions import HALVES, STEPS_D, Act, Cause, Standing, standing
from core.timeline import stamp
from core.vocabulary import Reason, ReservationStatus
from hub.ports import Person, Report, Reservation, StrikeEvent, Tx
from hub.services import telling
from hub.services.known import known_of
from hub.services.refused import Refused, refused

HUB = "hub"
ARRIVES_WITHIN = timedelta(minutes=30)  # E24


def strike(tx: Tx, about: Reservation, cause: Cause, now: datetime) -> StrikeEvent | None:
    """A strike for what happened to this reservation; None when it got one already. The person is told why."""
    tx.people.lock([about.person])
    if tx.strikes.about(about.person, about.id) is not None:
        return None
    what = {"reservation": about.id, "machine": about.machine}
    tell = partial(telling.mail, tx, about, "strike.struck", now)
    return _struck(tx, (about.lab, about.person), (cause, what), tell, now)


def false_alarm(tx: Tx, about: Report, now: datetime) -> StrikeEvent:
    """A strike for a report that was none (R46); `about.reason` says why it was none. The person is told why."""
    tx.people.lock([about.person])
    what = {"report": about.id, "machine": about.machine, "reason": about.reason}
    tell = partial(telling.mail_person, tx, about.lab, about.person, "strike.false_alarm", now)
    return _struck(tx, (about.lab, about.person), (Cause.FALSE_ALARM, what), tell, now)


def _struck(
    tx: Tx,
    whose: tuple[str, str],
    why: tuple[Cause, Mapping[str, str]],
    tell: Callable[[Mapping[str, Any]], None],
    now: datetime,
) -> StrikeEvent:
    """A strike in a lab of a person (`whose`); told, and the ban too that it brings."""
    (lab, person), (cause, what), name = whose, why, tx.fresh_id()
    before = standing_of(tx, person, lab, now)
    data = {"cause": cause.value, "halves": HALVES[cause], **what}
    made = tx.strikes.record((lab, person, name), Act.STRUCK, now, by=HUB, data=data)
    tx.audit.append(lab, HUB, "strike.struck", name, {"member": person, "cause": cause.value}, now)
    after = standing_of(tx, person, lab, now)
    tell({"strike": name, **data, "sum_halves": after.halves})
    if after.ban is not None and before.ban is None:
        _tell_ban(tx, person, lab, after, now)
    return made


def _tell_ban(tx: Tx, person: str, lab: str, after: Standing, now: datetime) -> None:
    if after.ban is None:
        return
    params = {"until": stamp(after.ban.until), "strikes": list(after.ban.strikes)}
    telling.mail_person(tx, lab, person, "booking.off", now, params)
    tx.audit.append(lab, HUB, "booking.off", person, {"until": params["until"]}, now)


def standing_of(tx: Tx, person: str, lab: str, now: datetime) -> Standing:
    """Where the person stands in this lab."""
    known = known_of(tx, person, lab)
    return standing(known.strikes if known else (), now)


def barred_until(tx: Tx, person: str, lab: str, now: datetime) -> datetime | None:
    """Until when booking ahead is off for the person; None: it is not."""
    return standing_of(tx, person, lab, now).barred_until


def withdraw(tx: Tx, strike_id: str, by: Person, reason: str, now: datetime) -> StrikeEvent | Refused:
    """Take a strike back. Refused: NOT_FOUND, FORBIDDEN (staff, and nobody his own), INVALID without a reason, CHANGED."""
    against = _for_staff(tx, strike_id, by, reason)
    return against or _withdrawn(tx, strike_id, by.id, reason, now) or refused(Reason.CHANGED)


def uphold(tx: Tx, strike_id: str, by: Person, reason: str, now: datetime) -> StrikeEvent | Refused:
    """Say no to an appeal, with a reason. Refused as `withdraw`; CHANGED where nobody appealed."""
    if against := _for_staff(tx, strike_id, by, reason):
        return against
    told = tx.strikes.events(strike_id)
    if Act.APPEALED not in {event.kind for event in told}:
        return refused(Reason.CHANGED)
    return _record(tx, told[0], Act.UPHELD, (by.id, reason), now)


def appeal(tx: Tx, strike_id: str, by: Person, words: str, now: datetime) -> StrikeEvent | Refused:
    """The person says why it is wrong. Refused: NOT_FOUND (it is not his), INVALID without words, CHANGED (a second time)."""
    told = tx.strikes.events(strike_id)
    if not told or told[0].person != by.id:
        return refused(Reason.NOT_FOUND)
    if not words.strip():
        return refused(Reason.INVALID, {"field": "reason"})
    if {event.kind for event in told} & {Act.APPEALED, Act.WITHDRAWN}:
        return refused(Reason.CHANGED)
    return _record(tx, told[0], Act.APPEALED, (by.id, words), now)


def lengthen(
    tx: Tx, lab: str, person: str, by: Person, terms: tuple[int, str], now: datetime
) -> StrikeEvent | Refused:
    """A human makes the ban that holds as long as its step asks; `terms` are (days, reason).

    Refused: FORBIDDEN, INVALID {days: only up to what the step asks for}, CHANGED (no ban holds).
    """
    days, reason = terms
    if not by.is_staff(lab) or by.id == person:
        return refused(Reason.FORBIDDEN)
    ban = standing_of(tx, person, lab, now).ban
    if ban is None:
        return refused(Reason.CHANGED)
    if days not in STEPS_D or days > ban.asked_d or not reason.strip():
        return refused(Reason.INVALID, {"field": "days" if reason.strip() else "reason"})
    first = tx.strikes.events(ban.strikes[-1])[0]
    until = stamp(ban.start + timedelta(days=days))
    return _record(tx, first, Act.LENGTHENED, (by.id, reason), now, until)


def came_after_all(tx: Tx, person: str, machine: str, at: datetime, now: datetime) -> None:
    """He is at the machine whose slot he lost: within 30 minutes of the release the strike goes (E24)."""
    for lost in tx.bookings.of_person(person, at - ARRIVES_WITHIN * 4, at + ARRIVES_WITHIN):
        missed = lost.machine == machine and lost.status is ReservationStatus.NO_SHOW
        struck = tx.strikes.about(person, lost.id) if missed else None
        if struck is not None and at <= struck.at + ARRIVES_WITHIN:
            _withdrawn(tx, struck.strike, HUB, "arrived", now)


def not_so(tx: Tx, person: str, reservation: str, now: datetime) -> None:
    """What the strike for this reservation was for did not happen, as late records show."""
    struck = tx.strikes.about(person, reservation)
    if struck is not None:
        _withdrawn(tx, struck.strike, HUB, "records", now)


def taken_over(tx: Tx, made: Reservation, now: datetime) -> None:
    """Somebody took a time that was given back late: the half strike for it goes (R35)."""
    for late in tx.bookings.given_up_late(made.machine, made.start, made.end):
        struck = tx.strikes.about(late.person, late.id) if late.person != made.person else None
        if struck is not None:
            _withdrawn(tx, struck.strike, HUB, "taken-over", now)


def _withdrawn(tx: Tx, strike_id: str, by: str, reason: str, now: datetime) -> StrikeEvent | None:
    told = tx.strikes.events(strike_id)
    if Act.WITHDRAWN in {event.kind for event in told}:
        return None
    return _record(tx, told[0], Act.WITHDRAWN, (by, reason), now)


def _record(
    tx: Tx, first: StrikeEvent, act: Act, said: tuple[str, str], now: datetime, until: str | None = None
) -> StrikeEvent:
    by, reason = said
    data = {"reason": reason.strip()} | ({"until": until} if until else {})
    made = tx.strikes.record((first.lab, first.person, first.strike), act, now, by=by, data=data)
    tx.audit.append(first.lab, by, f"strike.{act}", first.strike, {"member": first.person}, now)
    params = {"strike": first.strike, "cause": str(first.data.get("cause")), **data}
    telling.mail_person(tx, first.lab, first.person, f"strike.{act}", now, params)
    return made


def _for_staff(tx: Tx, strike_id: str, by: Person, reason: str) -> Refused | None:
    told = tx.strikes.events(strike_id)
    if not told:
        return refused(Reason.NOT_FOUND)
    if not by.is_staff(told[0].lab) or by.id == told[0].person:
        return refused(Reason.FORBIDDEN)
    return None if reason.strip() else refused(Reason.INVALID, {"field": "reason"})
