"""A member says from afar that a machine is not well: whom does that stop, and who answers? (R46)

1. A danger stops new starts at once; what two members call out of order, too; a notice stops nobody. What runs goes on.
2. Two dangers a day and member. 3. Staff answer each: mended, or a false alarm, and that is a strike of who reported.
4. A picture that comes with it was made anew before (pictures.py); staff of the lab and who reported see it, nobody else.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from core.timeline import at_local, local_day, stamp
from core.vocabulary import LockKind, Reason, Trouble
from hub.ports import Lock, Machine, Person, Report, Severity, Tx, Verdict
from hub.services import alerting, locking_out, sanctions, telling
from hub.services.refused import Refused, refused

MOST_A_DAY: Final = {Severity.DANGER: 2, Severity.OUT_OF_ORDER: 10, Severity.NOTICE: 10}
"""R46 says two dangers; of the others ten: more is no help."""
ENOUGH: Final = 2  # R46: so many members who say that it is out of order
LETTERS: Final = {
    Severity.DANGER: "machine.danger_afar",
    Severity.OUT_OF_ORDER: "machine.reported_afar",
    Severity.NOTICE: "machine.reported_afar",
}


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody wants to report, of which machine; `picture` as pictures.clean gives it."""

    machine: str
    severity: Severity
    words: str
    category: Trouble = Trouble.OTHER
    picture: bytes | None = None


def report(tx: Tx, by: Person, said: Said, now: datetime) -> Report | Refused:
    """Take it down, and stop new starts where it asks for that.

    Refused: NOT_FOUND (not a machine of his labs), INVALID {words}, RATE_LIMITED {most, from}: enough for this local day.
    """
    machine = tx.machines.get(said.machine)
    if machine is None or not by.roles.get(machine.lab):
        return refused(Reason.NOT_FOUND)
    if not said.words.strip():
        return refused(Reason.INVALID, {"field": "words"})
    tx.people.lock([by.id])
    if against := _too_many(tx, by, machine, said.severity, now):
        return against
    tx.machines.lock_seats(machine.id)  # of two who report at once the second sees the first
    made = Report(
        tx.fresh_id(), machine.lab, machine.id, by.id, said.severity, said.words.strip(), now,
        category=said.category, photo=said.picture is not None,
    )  # fmt: skip
    tx.reports.save(made)
    if said.picture is not None:
        tx.reports.keep_picture(made, said.picture)
    told = {"machine": made.machine, "severity": made.severity, "category": made.category}
    tx.audit.append(made.lab, by.id, "machine.reported", made.id, told, now)
    return _followed(tx, made, now)


def picture_for(tx: Tx, asking: Person, report_id: str) -> bytes | None:
    """The picture of a report, as JPEG, for the staff of its lab and for who reported; None for all others, and where there is none."""
    found = tx.reports.get(report_id)
    if found is None or not (found.person == asking.id or asking.is_staff(found.lab)):
        return None
    return tx.reports.picture(found.id)


def _too_many(tx: Tx, by: Person, machine: Machine, severity: Severity, now: datetime) -> Refused | None:
    today, most = local_day(now, machine.zone), MOST_A_DAY[severity]
    same = [one for one in tx.reports.of(by.id) if one.severity is severity and one.lab == machine.lab]
    if sum(local_day(one.at, machine.zone) == today for one in same) < most:
        return None
    again = at_local(today + timedelta(days=1), 0, machine.zone)
    return refused(Reason.RATE_LIMITED, {"most": most, "from": stamp(again)})


def _followed(tx: Tx, made: Report, now: datetime) -> Report:
    """What the report does at once: stop starts, and be told to staff and to who is at the machine."""
    together = _together(tx, made)
    if not together:
        alerting.tell_staff(
            tx, made.lab, LETTERS[made.severity], made.machine, now, {"machine": made.machine}
        )
        return made
    lock = locking_out.lock_for_nobody(tx, made.machine, LockKind.OUT, (made.person, made.words), now)
    for one in together:
        tx.reports.save(replace(one, lock=lock.id))
    danger = made.severity is Severity.DANGER
    letter = LETTERS[made.severity] if danger else "machine.out_by_reports"
    alerting.tell_staff(tx, made.lab, letter, made.machine, now, {"machine": made.machine})
    running = tx.sessions.running(made.machine)
    if danger and running is not None and running.person != made.person:
        telling.mail_person(
            tx, made.lab, running.person, "machine.danger_here", now, {"machine": made.machine}
        )
    return replace(made, lock=lock.id)


def _together(tx: Tx, made: Report) -> list[Report]:
    """The reports that take the machine out with this one; none: it can still be used."""
    if made.severity is Severity.DANGER:
        return [made]
    if made.severity is Severity.NOTICE:
        return []
    same = [
        one
        for one in tx.reports.unanswered(made.machine)
        if one.severity is Severity.OUT_OF_ORDER and one.lock is None
    ]
    return same if len({one.person for one in same}) >= ENOUGH else []


def confirm(tx: Tx, by: Person, report_id: str, now: datetime) -> Report | Refused:
    """Staff let a report take effect that one member alone made. Refused: NOT_FOUND, FORBIDDEN, CHANGED (answered, or in effect)."""
    found = tx.reports.get(report_id)
    if against := _against(found, by):
        return against
    if found is None or found.answer is not None or found.lock is not None:
        return refused(Reason.CHANGED)
    lock = locking_out.lock_for_nobody(tx, found.machine, LockKind.OUT, (by.id, found.words), now)
    taken = replace(found, lock=lock.id)
    tx.reports.save(taken)
    tx.audit.append(found.lab, by.id, "report.confirmed", found.id, {"machine": found.machine}, now)
    return taken


def answer(tx: Tx, by: Person, report_id: str, said: tuple[Verdict, str], now: datetime) -> Report | Refused:
    """Staff say what it was, in (verdict, reason): the machine can be used again; a false alarm is a strike.

    Refused: NOT_FOUND, FORBIDDEN (staff; nobody calls his own a false alarm), INVALID without a reason, CHANGED (answered).
    """
    (verdict, reason), found = said, tx.reports.get(report_id)
    if against := _against(found, by):
        return against
    if found is None or found.answer is not None:
        return refused(Reason.CHANGED)
    if verdict is Verdict.FALSE_ALARM and found.person == by.id:
        return refused(Reason.FORBIDDEN)
    if not reason.strip():
        return refused(Reason.INVALID, {"field": "reason"})
    _lift(tx, found, by, reason, now)
    answered = replace(found, answer=verdict, answered=now, answered_by=by.id, reason=reason.strip())
    tx.reports.save(answered)
    tx.audit.append(found.lab, by.id, "report.answered", found.id, {"answer": verdict.value}, now)
    if verdict is Verdict.FALSE_ALARM and found.severity is not Severity.NOTICE:
        sanctions.false_alarm(tx, answered, now)
    return answered


def _lift(tx: Tx, found: Report, by: Person, reason: str, now: datetime) -> None:
    lock: Lock | None = tx.locks.get(found.lock) if found.lock is not None else None
    if lock is not None and lock.lifted is None:
        locking_out.lift(tx, by.id, lock.id, reason, now)


def _against(found: Report | None, by: Person) -> Refused | None:
    if found is None:
        return refused(Reason.NOT_FOUND)
    return None if by.is_staff(found.lab) else refused(Reason.FORBIDDEN)
