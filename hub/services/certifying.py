"""Who learnt what, and who says so? Certificate events are appended here and nowhere else.

Three rules (R28): nobody signs for himself; a trainer signs his courses with his own certificate usable,
staff-level courses want staff; whoever may sign may also suspend and revoke, with a reason.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.access import Objection, objection
from core.certificates import Act, Claim, Courses, Event, standing
from core.timeline import stamp
from core.vocabulary import CertificateState, Reason
from hub.ports import Certificate, Person, Tx
from hub.services import facts, granting
from hub.services.refused import Refused, refused


@dataclass(frozen=True, slots=True)
class CertificateShown:
    """A certificate as its doors show it: `until` and `missing` count the whole tree of prerequisites."""

    id: str
    course: str
    member: str
    state: CertificateState
    granted: datetime | None
    until: datetime | None
    missing: tuple[Objection, ...]


def grant(
    tx: Tx, signer: str, member: str, course: str, now: datetime, reason: str = ""
) -> CertificateShown | Refused:
    """Sign a member's certificate. Refused: NOT_FOUND or FORBIDDEN."""
    found = tx.certificates.course(course)
    person = tx.people.get(member)
    if found is None or person is None:
        return refused(Reason.NOT_FOUND)
    if against := _may_sign(tx, signer, member, course, now):
        return against
    certificate = tx.certificates.open(found.lab, member, course)
    return _record(tx, certificate, Act.GRANT, signer, reason, now)


def claim(
    tx: Tx, people: tuple[str, str], course: str, now: datetime, said: tuple[str, Claim]
) -> CertificateShown | Refused:
    """Two taps at a machine say that the practical part was shown: provisional until the signer confirms it (R28).

    `people`: signer and member; `said`: in which words, and how far it goes. Refused: NOT_FOUND, FORBIDDEN.
    """
    (signer, member), (reason, how_far) = people, said
    found = tx.certificates.course(course)
    if found is None or tx.people.get(member) is None:
        return refused(Reason.NOT_FOUND)
    if against := _may_sign(tx, signer, member, course, now):
        return against
    certificate = tx.certificates.open(found.lab, member, course)
    ends = {"alone_until": stamp(how_far.alone_until), "lapses": stamp(how_far.lapses)}
    data = {"machine": how_far.machine, **ends}
    tx.certificates.record(certificate, Act.PRACTICAL.value, now, by=signer, reason=reason, data=data)
    return told(tx, certificate, Act.PRACTICAL, signer, now)


def suspend(tx: Tx, signer: str, certificate: str, reason: str, now: datetime) -> CertificateShown | Refused:
    """Take the right away for a time; a running session is stopped softly (R30)."""
    return _against(tx, certificate, Act.SUSPEND, signer, reason, now)


def restore(tx: Tx, signer: str, certificate: str, reason: str, now: datetime) -> CertificateShown | Refused:
    """End a suspension; of a certificate that is not suspended it changes nothing."""
    return _against(tx, certificate, Act.RESTORE, signer, reason, now)


def revoke(tx: Tx, signer: str, certificate: str, reason: str, now: datetime) -> CertificateShown | Refused:
    """Take the right away for good: only a new grant gives it back."""
    return _against(tx, certificate, Act.REVOKE, signer, reason, now)


def _against(
    tx: Tx, certificate: str, act: Act, signer: str, reason: str, now: datetime
) -> CertificateShown | Refused:
    found = tx.certificates.get(certificate)
    if found is None:
        return refused(Reason.NOT_FOUND)
    if not reason.strip():
        return refused(Reason.INVALID, {"field": "reason"})
    if against := _may_sign(tx, signer, found.person, found.course, now):
        return against
    return _record(tx, found, act, signer, reason.strip(), now)


def _record(
    tx: Tx, certificate: Certificate, act: Act, signer: str, reason: str, now: datetime
) -> CertificateShown:
    tx.certificates.record(certificate, act.value, now, by=signer, reason=reason)
    return told(tx, certificate, act, signer, now)


def told(tx: Tx, certificate: Certificate, act: Act, signer: str, now: datetime) -> CertificateShown:
    """Everybody who must know of an event that was recorded: audit and nodes; how it stands now."""
    subject = {"member": certificate.person, "course": certificate.course}
    tx.audit.append(certificate.lab, signer, f"certificate.{act.value}", certificate.id, subject, now)
    granting.lab_changed(tx, certificate.lab, now, certificate.course)
    return show(tx, certificate, now)


def _may_sign(tx: Tx, signer: str, member: str, course: str, now: datetime) -> Refused | None:
    """FORBIDDEN unless the signer has the right to sign this course for this member now."""
    person, found = tx.people.get(signer), tx.certificates.course(course)
    if person is None or found is None:
        return refused(Reason.FORBIDDEN)
    if signer == member:
        return refused(Reason.FORBIDDEN, {"why": "self"})
    if person.is_staff(found.lab):
        return None
    if found.staff_signed:
        return refused(Reason.FORBIDDEN, {"why": "staff"})
    trainer = person.may_sign(course, found.lab) and _competent(tx, person, course, found.lab, now)
    return None if trainer else refused(Reason.FORBIDDEN, {"why": "trainer"})


def _competent(tx: Tx, person: Person, course: str, lab: str, now: datetime) -> bool:
    events = facts.events_of(tx.certificates.events(person.id))
    return standing(course, events, _courses(tx, lab), now).usable


def show(tx: Tx, certificate: Certificate, now: datetime) -> CertificateShown:
    """The certificate as it stands now."""
    events = facts.events_of(tx.certificates.events(certificate.person))
    return _shown(certificate, events, _courses(tx, certificate.lab), now)


def certificates_of(tx: Tx, person: str, now: datetime) -> list[CertificateShown]:
    """All certificates of a person, by course."""
    certificates = tx.certificates.of(person)
    events = facts.events_of(tx.certificates.events(person))
    trees = {lab: _courses(tx, lab) for lab in {one.lab for one in certificates}}
    return [_shown(one, events, trees[one.lab], now) for one in certificates]


def _courses(tx: Tx, lab: str) -> Courses:
    found = tx.machines.lab(lab)
    return facts.courses_of(tx, lab, found.zone if found else "UTC")


def _shown(
    certificate: Certificate, events: Sequence[Event], courses: Courses, now: datetime
) -> CertificateShown:
    now_at = standing(certificate.course, events, courses, now)
    granted = [one.at for one in events if one.course == certificate.course and one.act is Act.GRANT]
    return CertificateShown(
        id=certificate.id,
        course=certificate.course,
        member=certificate.person,
        state=now_at.state or CertificateState.ENROLLED,
        granted=max(granted, default=None),
        until=now_at.until,
        missing=tuple(objection(lack.code, lack.params) for lack in now_at.missing),
    )
