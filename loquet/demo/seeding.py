"""How does the demo lab come into the store? One transaction through the ports, in order of reference."""

import random
from collections.abc import Callable
from datetime import date, datetime, timedelta

from core import families
from core.admission import adult_at
from core.timeline import minutes_half_up
from core.vocabulary import (
    Audience,
    BadgeState,
    EndQuality,
    MachineStatus,
    MemberStatus,
    ReservationKind,
    ReservationStatus,
    Risk,
    Role,
    SessionKind,
    StopReason,
)
from hub.ports import (
    Badge,
    BadgeVault,
    Course,
    DayException,
    Lab,
    Machine,
    NewPerson,
    NewReservation,
    Opening,
    Proof,
    ProofKind,
    Session,
    Tx,
)
from loquet.demo import lab as table
from loquet.demo.folder import Kept
from loquet.demo.members import FIXED, PASSWORD, TEACHES, Member, members
from loquet.demo.past import Slot, five_weeks

LANGS = ("fr", "nl", "en")
GRANTED = timedelta(days=30)  # api.md: the fixed accounts' certificates, before the clock's start
LEARNT_DAYS = (60, 85)  # the others': before the five weeks began, and not yet asleep unused (R26: 90 days)
YEAR = timedelta(days=365)
PRESENT = (
    11 * YEAR
)  # R29 says four hours; the bench's clock leaps up to ten years, and nobody is there to say it again


class Seeding:
    """One demo lab, written into a new store."""

    def __init__(self, tx: Tx, kept: Kept, vault: BadgeVault, now: datetime) -> None:
        """`now` is the clock's start; the seed in `kept` decides all that chance decides."""
        self._tx, self._kept, self._vault, self._now = tx, kept, vault, now
        self._rng = random.Random(kept.seed)  # noqa: S311  a story, not a secret
        self._people: list[Member] = members(self._rng, now.year)
        self._ids: list[str] = []

    def run(self, hash_password: Callable[[str], str]) -> None:
        """Write everything down; an empty lab has no reservation and no usage."""
        self._house()
        self._courses()
        self._machines()
        self._folk(hash_password(PASSWORD))
        self._learning()
        self._nodes()
        if not self._kept.empty:
            for slot in five_weeks(self._rng, self._people, self._now):
                self._slot(slot)

    def _house(self) -> None:
        add = self._tx.machines
        add.add_lab(Lab(table.LAB, table.NAME, table.ZONE, "fr", table.CHARTER, table.LAB_RULES))
        for weekday, start, end, audience in table.HOURS:
            add.add_opening(table.LAB, Opening(weekday, start, end, Audience(audience)))
        reason = {"fr": "Armistice", "nl": "Wapenstilstand", "en": "Armistice Day"}
        for year in range(self._now.year, self._now.year + 11):  # as far as the bench's clock can leap
            add.add_exception(table.LAB, DayException(date(year, *table.ARMISTICE), (), reason))

    def _courses(self) -> None:
        for name, (names, needs, valid, dormant, runs, staff, age) in table.COURSES.items():
            groups = tuple((need,) for need in needs)
            texts = dict(zip(LANGS, names, strict=True))
            listed = tuple(table.CHECKLISTS.get(name, ()))
            self._tx.certificates.add_course(
                Course(name, table.LAB, texts, valid, dormant, age, runs, staff, groups, listed)
            )

    def _machines(self) -> None:
        for family, (names, risk, figures) in table.FAMILIES.items():
            texts = dict(zip(LANGS, names, strict=True))
            self._tx.machines.add_family(
                table.LAB, family, texts, Risk(risk), families.booking_rules(family) | family_rules(figures)
            )
        for name, (family, model, needs, seats, power) in table.MACHINES.items():
            machine = Machine(
                id=name, lab=table.LAB, family=family, model=model, room="R0", risk=Risk.LOW,
                status=MachineStatus.OK, status_note="", own_hours=False, needs=(needs,), materials=(),
                rules=table.MACHINE_RULES.get(name, {}), policy=machine_policy(power) | idle_off(family), zone=table.ZONE, family_names={},
            )  # fmt: skip
            self._tx.machines.add(machine, seats=seats)

    def _folk(self, password: str) -> None:
        for one in self._people:
            until = self._now + (YEAR if one.until_days is None else timedelta(days=one.until_days))
            person = self._tx.people.add(
                NewPerson(
                    lab=table.LAB, email=one.email, name=one.name, lang=one.lang, short=one.name.split()[0][:10],
                    birth=one.birth, member_until=None if one.roles else until, charter=table.CHARTER,
                    status=MemberStatus.SUSPENDED if one.suspended else MemberStatus.ACTIVE,
                    password=password, consent_until=consent(one.birth, self._now),
                ),
                self._now - YEAR,
            )  # fmt: skip
            if person is None:
                raise ValueError(f"two members share {one.email}")
            self._ids.append(person.id)
            self._tx.people.give_role(person.id, table.LAB, Role.MEMBER)
            for role in one.roles:
                self._tx.people.give_role(person.id, table.LAB, Role(role), one.teaches)
            if one.fixed and "trainer" in one.roles:
                self._presence(person.id)
            self._badge(person.id, one.uid, BadgeState.ACTIVE)
            if one.lost_uid is not None:
                self._badge(person.id, one.lost_uid, BadgeState.LOST)

    def _presence(self, person: str) -> None:
        """The demo's trainer has said with a second factor that he is in the workshop, for as long as the demo is."""
        until = self._now + PRESENT
        self._tx.assurance.prove(Proof(table.LAB, person, ProofKind.PRESENCE, self._now, until))

    def _badge(self, person: str, uid: str, state: BadgeState) -> None:
        card = bytes.fromhex(uid)
        self._tx.badges.add(
            Badge(
                self._tx.fresh_id(), table.LAB, person, self._vault.key(card), self._vault.seal(card),
                "uid7", state, self._now - YEAR,
            )
        )  # fmt: skip

    def _learning(self) -> None:
        trainer = self._ids[next(i for i, one in enumerate(self._people) if one.roles == ("trainer",))]
        boss = self._ids[next(i for i, one in enumerate(self._people) if one.roles == ("manager",))]
        monday = self._now - timedelta(days=self._now.weekday() + 21)
        for one, person in zip(self._people, self._ids, strict=True):
            days = self._rng.randint(*LEARNT_DAYS)
            at = self._now - GRANTED if one.fixed else monday - timedelta(days=days)
            for course in one.courses:
                by = trainer if course in TEACHES and person != trainer else boss
                certificate = self._tx.certificates.open(table.LAB, person, course)
                by = by if by != person else self._ids[len(FIXED)]
                self._tx.certificates.record(certificate, "grant", at, by=by)
                if not one.fixed:
                    used = monday - timedelta(days=self._rng.randint(1, 20))
                    self._tx.certificates.record(certificate, "use", used)

    def _nodes(self) -> None:
        for node, machine in self._kept.nodes.items():
            key = bytes.fromhex(self._kept.node_keys[node])
            self._tx.nodes.add(node, table.LAB, machine, self._vault.seal(key), self._now)

    def _slot(self, slot: Slot) -> None:
        person = self._ids[slot.who]
        seat = self._tx.machines.seats(slot.machine)[slot.seat - 1]
        taken = self._tx.bookings.add(
            NewReservation(
                table.LAB, slot.machine, seat.id, person, slot.start, slot.end,
                ReservationKind(slot.kind), ReservationStatus(slot.status), by=person,
            ),
            min(self._now, slot.start) - timedelta(days=self._rng.randint(0, 6), minutes=7),
        )  # fmt: skip
        if taken is None:
            raise ValueError(f"{slot.machine} is taken twice at {slot.start}")
        if slot.used is not None:
            self._usage(slot, person, taken.id)

    def _usage(self, slot: Slot, person: str, reservation: str) -> None:
        on, off = slot.used or (slot.start, slot.end)
        power_s = int((off - on).total_seconds())
        nodes = {machine: node for node, machine in self._kept.nodes.items()}
        self._tx.sessions.save(
            Session(
                id=self._tx.fresh_id(), lab=table.LAB, node=nodes.get(slot.machine), machine=slot.machine,
                person=person, responsible=None, reservation=reservation, kind=SessionKind.USE, start=on,
                until=slot.end, end=off, end_reason=StopReason.BADGE_OUT, end_quality=EndQuality.EXACT,
                power_s=power_s, busy_s=power_s * 4 // 5, minutes=minutes_half_up(power_s),
            )
        )  # fmt: skip
        certificate = self._tx.certificates.open(table.LAB, person, table.MACHINES[slot.machine][2])
        self._tx.certificates.record(certificate, "use", on)


def family_rules(figures: tuple[int, int, int, int, int, int]) -> dict[str, object]:
    """The booking figures of one family, under the names that `core.grants.MachinePolicy` has."""
    step, least, most, session, cleanup, buffer = figures
    return {
        "step_min": step,
        "min_duration_min": least,
        "max_duration_min": most,
        "max_session_min": session,
        "cleanup_min": cleanup,
        "buffer_after_min": buffer,
    }


def consent(birth: date, now: datetime) -> datetime | None:
    """A minor's guardian has signed, up to the eighteenth birthday (R23)."""
    until = adult_at(birth, table.ZONE)
    return until if now < until else None


def idle_off(family: str) -> dict[str, object]:
    """When a machine of the family goes off for being idle (R42); nothing for one that the table does not have."""
    usual = families.FAMILIES.get(family, {})
    return {name: usual[name] for name in ("idle_max_min",) if name in usual}


def machine_policy(power: tuple[int, int, int | None, str, bool]) -> dict[str, object]:
    """The power figures of one machine, under the names that `core.grants.MachinePolicy` has."""
    pre_run_s, run_on_s, cap_min, stop, extraction = power
    return {
        "pre_run_s": pre_run_s,
        "run_on_s": run_on_s,
        "cap_s": None if cap_min is None else cap_min * 60,
        "at_cap": "alarm",
        "stop": stop,
        "needs_extraction": extraction,
        "sensor": "current",
    }
