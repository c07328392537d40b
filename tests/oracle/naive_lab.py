"""The naive lab: the booking rules once more, minute by minute, as simple and as slow as can be.

It shares with core only what is put in (figures, hours, words), never how it is worked out: no spans, no seeks, no
merging. Lists of minutes are compared. Opening hours must not begin or end inside an hour that a clock change skips.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

from core.vocabulary import Reason
from tests.oracle.naive_seats import Seats
from tests.oracle.naive_shares import Shares
from tests.oracle.naive_things import (
    MINUTE,
    OCCUPYING,
    PROGRAMME,
    NaiveMachine,
    NaivePerson,
    Row,
    Slot,
    minutes,
)

__all__ = ["NaiveLab", "NaiveMachine", "NaivePerson", "Row", "Slot"]


class NaiveLab(Seats, Shares):
    """A lab that remembers its rows in a list and counts minutes."""

    def __init__(self, machines: Iterable[NaiveMachine], people: Iterable[NaivePerson]) -> None:
        self.machines = {one.policy.id: one for one in machines}
        self.people = {one.id: one for one in people}
        self.rows = []
        self._made = 0

    # ---------------------------------------------------------------- what one does
    def book(self, slot: Slot, now: datetime) -> set[Reason]:
        """Book it, or say why not; empty: booked, as the last of `rows`."""
        against = self.codes(slot, now)
        if not against:
            self._made += 1
            self.rows.append(self._row(f"r{self._made}", slot, now))
        return against

    def move(self, row: str, start: datetime, end: datetime, now: datetime) -> set[Reason]:
        """Move a reservation; refused, it stays (E07)."""
        old = self.get(row)
        slot = Slot(old.who, old.machine, start, end, old.kind)
        against = self.codes(slot, now, but=row)
        if not against:
            self.rows[self.rows.index(old)] = replace(self._row(row, slot, now, but=row), status=old.status)
        return against

    def set_status(self, row: str, status: str) -> None:
        """Cancelled, done, no-show, ...: whatever befell it."""
        old = self.get(row)
        self.rows[self.rows.index(old)] = replace(old, status=status)

    def get(self, row: str) -> Row:
        """The row with this id."""
        return next(one for one in self.rows if one.id == row)

    def _row(self, name: str, slot: Slot, now: datetime, but: str = "") -> Row:
        exempt = self.same_day(slot, now, but)
        seat = self.seat_for(slot, now, but)
        return Row(name, slot.who, slot.machine, seat, slot.start, slot.end, slot.kind, "confirmed", exempt)

    # ---------------------------------------------------------------- what stands against it
    def codes(self, slot: Slot, now: datetime, but: str = "") -> set[Reason]:
        """Every code against a slot; `but` is the row that would be moved."""
        person, machine = self.people[slot.who], self.machines[slot.machine]
        found = set(person.lacks)
        forward = slot.start < slot.end
        checks = {
            Reason.MACHINE_DOWN: machine.policy.status in ("out_of_order", "maintenance", "decommissioned"),
            Reason.STAFF_ONLY: machine.policy.status == "staff_only" and not person.staff,
            Reason.PAST: slot.start < now,
            Reason.AGE: self.too_young(slot),
            Reason.MEMBER_SUSPENDED: self.is_barred(slot, now),
            Reason.LEAD: self.too_soon(slot, now),
            Reason.HORIZON: self.too_far(slot, now),
            Reason.GRID: not (self.on_grid(slot.start, machine) and self.on_grid(slot.end, machine)),
            Reason.DURATION: not self.fits(slot),
            Reason.LAB_CLOSED: forward and not self.is_open(slot),
            Reason.QUIET: forward and self.is_noisy(slot),
            Reason.CONCURRENT: forward and self.is_elsewhere(slot, but),
            Reason.QUOTA: forward and self.over_quota(slot, now, but),
            Reason.GAP: forward and self.leaves_gap(slot, now, but),
            Reason.OVERLAP: forward and not self.seats_free(slot, but),
        }
        return found | {code for code, said in checks.items() if said}

    def too_young(self, slot: Slot) -> bool:
        person, machine = self.people[slot.who], self.machines[slot.machine]
        if person.birth is None:
            return False
        day, years = self.day(slot.start, machine), 0
        while self.birthday(person.birth, years + 1) <= day:
            years += 1
        unguarded = person.consent_until is None or person.consent_until <= slot.start
        return years < machine.terms.min_age or (years < 18 and unguarded)

    def birthday(self, birth: date, years: int) -> date:
        year = birth.year + years
        leap = (year % 4 == 0 and year % 100 != 0) or year % 400 == 0
        if (birth.month, birth.day) == (2, 29) and not leap:
            return date(year, 3, 1)
        return date(year, birth.month, birth.day)

    def is_barred(self, slot: Slot, now: datetime) -> bool:
        until = self.people[slot.who].barred_until
        return until is not None and now < until and slot.kind not in PROGRAMME

    def too_soon(self, slot: Slot, now: datetime) -> bool:
        lead = self.machines[slot.machine].terms.lead_min
        return slot.kind not in PROGRAMME and slot.start >= now and slot.start - now < lead * MINUTE

    def too_far(self, slot: Slot, now: datetime) -> bool:
        machine, person = self.machines[slot.machine], self.people[slot.who]
        days = machine.terms.horizons_d.get("staff") if person.staff else None
        days = machine.policy.horizon_d if days is None else days
        wall = self.wall(now, machine)
        if wall.hour * 60 + wall.minute < machine.policy.horizon_opens_min:
            days -= 1
        return self.day(slot.start, machine).toordinal() > wall.date().toordinal() + days

    def fits(self, slot: Slot) -> bool:
        policy, terms = self.machines[slot.machine].policy, self.machines[slot.machine].terms
        least, most = policy.min_duration_min, min(policy.max_duration_min, policy.max_session_min)
        if slot.kind in PROGRAMME:
            least, most = policy.step_min, 1440
        if slot.kind == "unattended":
            most = terms.unattended_max_min
        return least * MINUTE <= slot.end - slot.start <= most * MINUTE

    def is_open(self, slot: Slot) -> bool:
        """Every minute of the slot and of the closing margin after it lies in an opening."""
        machine = self.machines[slot.machine]
        return all(
            self.open_at(at, slot)
            for at in minutes(slot.start, slot.end + machine.policy.machines_off_min * MINUTE)
        )

    def is_noisy(self, slot: Slot) -> bool:
        machine, quiet = self.machines[slot.machine], self.machines[slot.machine].terms.quiet
        if quiet is None:
            return False
        walls = [self.minute_of_day(at, machine) for at in minutes(slot.start, slot.end)]
        if quiet.from_min < quiet.to_min:
            return any(quiet.from_min <= wall < quiet.to_min for wall in walls)
        return any(wall >= quiet.from_min or wall < quiet.to_min for wall in walls)

    def is_elsewhere(self, slot: Slot, but: str) -> bool:
        """At some minute the person has too many machines at once; his own on a full machine is an overlap."""
        if slot.kind in PROGRAMME:
            return False
        terms, alone = self.machines[slot.machine].terms, slot.kind == "unattended"
        full = not self.seats_free(slot, but)
        mine = [
            row
            for row in self.rows
            if row.who == slot.who and row.id != but and row.status in OCCUPYING and row.kind not in PROGRAMME
            and (row.kind == "unattended") == alone and not (full and row.machine == slot.machine)
            and not (row.kind == slot.kind == "group" and (row.start, row.end) == (slot.start, slot.end))
        ]  # fmt: skip
        most = terms.most_unattended if alone else terms.most_attended
        return any(
            sum(row.start <= at < row.end for row in mine) >= most for at in minutes(slot.start, slot.end)
        )
