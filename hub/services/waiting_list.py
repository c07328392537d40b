"""Who waits for which machine, and in which order are they asked? Class first, then fairness, then who came first (R51)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from core.access import objection
from core.timeline import Span
from core.vocabulary import MemberStatus, Reason, Role
from hub.ports import Machine, OfferStatus, Person, Tx, WaitingEntry, WaitingStatus
from hub.services import facts, fairness, granting, telling
from hub.services.house import House, house_of
from hub.services.refused import Refused, refused

MOST = 20  # open entries a person: every family of the demo lab twice
FAR = timedelta(days=366)  # a window further off or longer is a slip of the keyboard
GUESTS = 3  # R18: the last class
HAD_IT = frozenset({OfferStatus.PASSED, OfferStatus.LAPSED})


@dataclass(frozen=True, slots=True)
class Want:
    """A time that somebody waits for: on a machine, or on any of a family; `expires` None: when the window ends."""

    lab: str
    person: str
    machine: str | None
    family: str | None
    start: datetime
    end: datetime
    min_minutes: int
    expires: datetime | None = None


def join(tx: Tx, want: Want, now: datetime) -> WaitingEntry | Refused:
    """Let the person wait. Refused: NOT_FOUND, FORBIDDEN, INVALID {field}, and all that he lacks for the machine."""
    tx.people.lock([want.person])
    machines = _machines(tx, want)
    person = tx.people.get(want.person)
    if not machines or person is None:
        return refused(Reason.NOT_FOUND)
    if not person.roles.get(want.lab):
        return refused(Reason.FORBIDDEN)
    if field := _wrong(tx, want, machines, now):
        return refused(Reason.INVALID, {"field": field})
    for name in sorted(machine.id for machine in machines):  # whoever gives a time back counts on who waits
        tx.machines.seats(name, lock=True)
    if lacks := _lacks(tx, person, machines, want.end):
        return lacks
    entry = WaitingEntry(
        id=tx.fresh_id(),
        lab=want.lab,
        person=want.person,
        machine=want.machine,
        family=want.family,
        start=want.start,
        end=want.end,
        min_minutes=want.min_minutes,
        expires=min(want.expires or want.end, want.end),
        status=WaitingStatus.WAITING,
        created=now,
    )
    tx.waiting.add(entry)
    _audit(tx, entry, want.person, "waiting.joined", now)
    return entry


def leave(tx: Tx, entry: WaitingEntry, by: Person, now: datetime) -> WaitingEntry | Refused:
    """Wait no longer; whoever has an open offer passes it on first (offering.leave). Refused: CHANGED."""
    if not tx.waiting.set_status(entry.id, WaitingStatus.LEFT):
        return refused(Reason.CHANGED)
    _audit(tx, entry, by.id, "waiting.left", now)
    return replace(entry, status=WaitingStatus.LEFT)


def expire(tx: Tx, now: datetime, limit: int) -> int:
    """Those whose time is over wait no longer. How many."""
    over = tx.waiting.expired(now, limit)
    for entry in over:
        tx.waiting.set_status(entry.id, WaitingStatus.EXPIRED)
        _audit(tx, entry, "hub", "waiting.expired", now)
        telling.mail_person(tx, entry.lab, entry.person, "waiting.expired", now, {"entry": entry.id})
    return len(over)


def visible(tx: Tx, entry: str, asking: Person) -> WaitingEntry | None:
    """The entry, if it is the asking person's or he is staff; else None, as if there were none."""
    found = tx.waiting.get(entry)
    mine = found is not None and (found.person == asking.id or asking.is_staff(found.lab))
    return found if mine else None


def wanted(tx: Tx, machine: Machine, span: Span, person: str) -> bool:
    """Whether anybody but this person waits for this time."""
    waiting = tx.waiting.open_for(machine.id, machine.family, machine.lab, span.start, span.end)
    return any(entry.person != person for entry in waiting)


def hold(tx: Tx, machine: str, span: Span, persons: Iterable[str]) -> None:
    """Hold whoever a time may concern before anything is written: these people and all who wait for it, then the seats.

    As whoever books does, in the same order: else two of them would wait for each other.
    """
    found = tx.machines.get(machine)
    if found is None:
        return
    waiting = tx.waiting.open_for(machine, found.family, found.lab, span.start, span.end)
    tx.people.lock(sorted({*persons, *(entry.person for entry in waiting)}))
    tx.machines.seats(machine, lock=True)


def in_turn(tx: Tx, machine: Machine, span: Span, now: datetime) -> list[WaitingEntry]:
    """Who is to be asked about this time, in order: nobody who has an offer open, or said no to this very time."""
    waiting = tx.waiting.open_for(machine.id, machine.family, machine.lab, span.start, span.end)
    free = [entry for entry in waiting if now < entry.expires and not _asked(tx, entry, machine.id, span)]
    house = house_of(tx, machine.lab)
    return sorted(free, key=lambda entry: _rank(tx, entry, house, now))


def _asked(tx: Tx, entry: WaitingEntry, machine: str, span: Span) -> bool:
    offers = tx.waiting.offers(entry.id)
    return any(
        offer.status is OfferStatus.OPEN
        or (
            offer.status in HAD_IT
            and offer.machine == machine
            and Span(offer.start, offer.end).overlaps(span)
        )
        for offer in offers
    )


def _rank(tx: Tx, entry: WaitingEntry, house: House, now: datetime) -> tuple[int, int, datetime, str]:
    person = tx.people.get(entry.person)
    rank = GUESTS if person is None else rank_of(person, entry.lab)
    return rank, fairness.score(tx, entry.person, now, house), entry.created, entry.id


def rank_of(person: Person, lab: str) -> int:
    """The class of somebody who waits: staff, members, day passes, guests (R18)."""
    if person.is_staff(lab):
        return 0
    if person.status is MemberStatus.PROSPECT or not person.has(Role.MEMBER, lab):
        return GUESTS
    return 1 if person.pass_day is None else 2


def _machines(tx: Tx, want: Want) -> Sequence[Machine]:
    if want.machine is None:
        return tx.machines.all(lab=want.lab, family=want.family) if want.family else ()
    found = tx.machines.get(want.machine)
    return [found] if found is not None and found.lab == want.lab and want.family is None else ()


def _wrong(tx: Tx, want: Want, machines: Sequence[Machine], now: datetime) -> str | None:
    """The first field that makes no sense."""
    if not (now < want.end < now + FAR and want.start < want.end and now - FAR < want.start):
        return "end" if want.end <= want.start else "start"
    policies = [facts.policy_of(machine) for machine in machines]
    least, most = min(p.min_duration_min for p in policies), max(p.max_duration_min for p in policies)
    fits = least <= want.min_minutes <= min(most, Span(want.start, want.end).minutes)
    if not fits:
        return "min_minutes"
    if want.expires is not None and want.expires <= now:
        return "expires"
    waits = sum(entry.status is WaitingStatus.WAITING for entry in tx.waiting.of(want.person))
    return "person" if waits >= MOST else None


def _lacks(tx: Tx, person: Person, machines: Sequence[Machine], at: datetime) -> Refused | None:
    """What he lacks for the machine that he is nearest to; None when there is one he may use."""
    missing = [granting.right_at(tx, person, machine, at).missing for machine in machines]
    least = min(missing, key=len)
    return Refused(tuple(objection(one.code, one.params) for one in least)) if least else None


def _audit(tx: Tx, entry: WaitingEntry, by: str, action: str, now: datetime) -> None:
    what = {"member": entry.person, "machine": entry.machine, "family": entry.family}
    tx.audit.append(entry.lab, by, action, entry.id, what, now)
