"""Which seats are free, and would useless time be left beside a slot? Walked minute by minute."""

from datetime import datetime, timedelta

from tests.oracle.naive_things import MINUTE, OCCUPYING, PROGRAMME, House, Row, Slot, minutes


class Seats(House):
    """Overlaps, buffers and gaps (R06, R17)."""

    def seats_free(self, slot: Slot, but: str = "") -> list[int]:
        """The free seats."""
        return [seat for seat in self.machines[slot.machine].seats if self.is_free(slot, seat, but)]

    def seat_for(self, slot: Slot, now: datetime, but: str = "") -> int:
        """The seat to give: the first free one, those that leave no gap first where the rule is on."""
        free = self.seats_free(slot, but)
        if self.machines[slot.machine].terms.orphan_gap:
            free.sort(key=lambda seat: self.gap_on(slot, seat, now, but))
        return free[0]

    def is_free(self, slot: Slot, seat: int, but: str) -> bool:
        for row in self.on_seat(slot, seat, but):
            buffer = self.buffer(slot, row)
            theirs = set(minutes(row.start, row.end))
            if theirs & set(minutes(slot.start, slot.end + buffer)):
                return False
            if set(minutes(slot.start, slot.end)) & set(minutes(row.start, row.end + buffer)):
                return False
        return True

    def on_seat(self, slot: Slot, seat: int, but: str) -> list[Row]:
        return [
            row
            for row in self.rows
            if row.machine == slot.machine and row.seat == seat and row.id != but and row.status in OCCUPYING
        ]

    def buffer(self, slot: Slot, row: Row) -> timedelta:
        same = row.who == slot.who
        return (0 if same else self.machines[slot.machine].terms.buffer_after_min) * MINUTE

    def leaves_gap(self, slot: Slot, now: datetime, but: str) -> bool:
        machine = self.machines[slot.machine]
        if slot.kind in PROGRAMME or self.people[slot.who].staff:
            return False
        least = machine.terms.min_gap_min * MINUTE
        for row in self.rows:
            mine = row.who == slot.who and row.machine == slot.machine and row.id != but
            apart = max(slot.start - row.end, row.start - slot.end)
            if mine and row.status in OCCUPYING and timedelta(0) <= apart < least:
                return True
        free = [seat for seat in machine.seats if self.is_free(slot, seat, but)]
        return machine.terms.orphan_gap and bool(free) and all(
            self.gap_on(slot, seat, now, but) for seat in free
        )  # fmt: skip

    def gap_on(self, slot: Slot, seat: int, now: datetime, but: str) -> bool:
        """Whether somebody's slot beside it leaves less than one could book, though more than nothing."""
        if not self.is_on(slot.start, slot.start, slot):
            return False
        return self._gap_before(slot, seat, now, but) or self._gap_after(slot, seat, but)

    def _gap_before(self, slot: Slot, seat: int, now: datetime, but: str) -> bool:
        machine = self.machines[slot.machine]
        rows = [row for row in self.on_seat(slot, seat, but) if row.end <= slot.start]
        if not rows:
            return False
        last = max(rows, key=lambda row: row.end)
        opened = all(self.open_at(at, slot) for at in minutes(last.end - MINUTE, slot.start))
        if last.kind == "maintenance" or last.end <= now or not opened:
            return False
        at = last.end + self.buffer(slot, last)
        while not self.on_grid(at, machine):
            at += MINUTE
        return 0 < len(minutes(at, slot.start)) < machine.policy.min_duration_min

    def _gap_after(self, slot: Slot, seat: int, but: str) -> bool:
        machine = self.machines[slot.machine]
        rows = [row for row in self.on_seat(slot, seat, but) if row.start >= slot.end]
        if not rows:
            return False
        first = min(rows, key=lambda row: row.start)
        if first.kind == "maintenance" or not self.is_on(slot.start, first.start, slot):
            return False
        at = first.start - self.buffer(slot, first)
        while not self.on_grid(at, machine):
            at -= MINUTE
        return 0 < len(minutes(slot.end, at)) < machine.policy.min_duration_min

    def is_on(self, start: datetime, last: datetime, slot: Slot) -> bool:
        """Whether the machines are on without a break from `start` to `last`, that minute too."""
        off = self.machines[slot.machine].policy.machines_off_min * MINUTE
        return all(self.open_at(at, slot) for at in minutes(start, last + off + MINUTE))
