"""What was signed in a trainer's name at machines, and does he stand by it? (R28)

Confirmed with a second factor (the door's business) within 72 hours a signature is final; disowned within 30 days it
suspends the certificate and calls the staff.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.certificates import Act
from core.timeline import instant
from core.vocabulary import Reason
from hub.ports import CertificateEvent, Person, Tx
from hub.services import alerting, certifying
from hub.services.refused import Refused, refused

DISOWNED_WITHIN = timedelta(days=30)  # R28
_SIGNED = frozenset({Act.PRACTICAL.value, Act.GRANT.value})


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature: `lapses` None: final when it was made. `open`: the trainer may still confirm it."""

    id: int
    certificate: str
    member: str
    course: str
    machine: str
    at: datetime
    lapses: datetime | None
    open: bool
    disowned: bool


def of(tx: Tx, trainer: Person, now: datetime) -> list[Signature]:
    """Those of the last 30 days, newest first."""
    written = tx.certificates.signed_by(trainer.id, now - DISOWNED_WITHIN + timedelta(milliseconds=1))
    signed = [one for one in written if one.kind in _SIGNED and one.at <= now]
    return [_signature(tx, one, now) for one in signed]


def confirm(tx: Tx, trainer: Person, wanted: Iterable[int], now: datetime) -> int:
    """Make these final; how many could be. What lapsed, or was disowned, has to be shown anew."""
    chosen = set(wanted)
    waiting = [one for one in of(tx, trainer, now) if one.open and one.id in chosen]
    made = [
        certifying.grant(tx, trainer.id, one.member, one.course, now, f"confirmed: {one.machine}")
        for one in waiting
    ]
    return sum(not isinstance(one, Refused) for one in made)


def disown(tx: Tx, trainer: Person, signature: int, now: datetime) -> Signature | Refused:
    """He says that it was not him: the certificate is suspended till people have talked. NOT_FOUND for any but his own."""
    found = next((one for one in of(tx, trainer, now) if one.id == signature and not one.disowned), None)
    certificate = tx.certificates.get(found.certificate) if found else None
    if found is None or certificate is None:
        return refused(Reason.NOT_FOUND)
    tx.certificates.record(certificate, Act.SUSPEND.value, now, by=trainer.id, reason=_words(signature))
    certifying.told(tx, certificate, Act.SUSPEND, trainer.id, now)
    params = {"machine": found.machine, "course": found.course, "who": found.member}
    alerting.tell_staff(tx, certificate.lab, "signature.disowned", certificate.id, now, params)
    return found


def _words(signature: int) -> str:
    return f"signature {signature} disowned by the trainer"


def _signature(tx: Tx, event: CertificateEvent, now: datetime) -> Signature:
    later = [one for one in tx.certificates.events(event.person) if one.certificate == event.certificate]
    lapses = instant(str(event.data["lapses"])) if "lapses" in event.data else None
    disowned = any(one.kind == Act.SUSPEND and one.reason == _words(event.id) for one in later)
    return Signature(
        id=event.id,
        certificate=event.certificate,
        member=event.person,
        course=event.course,
        machine=str(event.data.get("machine", "")),
        at=event.at,
        lapses=lapses,
        open=lapses is not None and now < lapses and not disowned and not _settled(event, later),
        disowned=disowned,
    )


def _settled(event: CertificateEvent, later: Sequence[CertificateEvent]) -> bool:
    """Whether something was decided about the certificate since."""
    decided = {Act.GRANT.value, Act.SUSPEND.value, Act.REVOKE.value}
    return any(one.kind in decided and one.id > event.id for one in later)
