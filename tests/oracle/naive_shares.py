"""Has somebody had their share? Minutes are listed and counted."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from core.terms import Quota
from tests.oracle.naive_things import COUNTED, OCCUPYING, PROGRAMME, House, Row, Slot, minutes


class Shares(House):
    """The quotas (R15)."""

    def over_quota(self, slot: Slot, now: datetime, but: str) -> bool:
        if slot.kind in PROGRAMME or self.people[slot.who].staff or self.same_day(slot, now, but):
            return False
        return any(self.breaks(quota, slot, now, but) for quota in self.machines[slot.machine].terms.quotas)

    def same_day(self, slot: Slot, now: datetime, but: str = "") -> bool:
        """Made on its own day, and the only one of the family that has not begun."""
        machine = self.machines[slot.machine]
        today = self.day(now, machine)
        if not machine.terms.same_day_exempt or self.day(slot.start, machine) != today:
            return False
        return not any(
            row.exempt and row.id != but and row.who == slot.who and row.status in OCCUPYING and row.start > now
            and self.family(row.machine) == machine.policy.family and self.day(row.start, machine) == today
            for row in self.rows
        )  # fmt: skip

    def breaks(self, quota: Quota, slot: Slot, now: datetime, but: str) -> bool:
        rows = [row for row in self.rows if row.id != but and self.counts(quota, slot, row)]
        mine = Row("new", slot.who, slot.machine, 0, slot.start, slot.end, slot.kind)
        if quota.subject == "organisation" and self.people[slot.who].organisation is None:
            return False
        if quota.window == "rolling":
            starts = [row.start for row in [*rows, mine] if row.start <= slot.start]
            week = timedelta(days=7)
            return any(
                self.much(quota, [row for row in [*rows, mine] if first <= row.start < first + week], slot)
                > quota.most
                for first in starts
                if slot.start < first + week
            )
        if quota.window == "week" and quota.unit == "minutes":
            weeks = {self.iso_week(at, slot) for at in minutes(slot.start, slot.end)}
            return any(self.much(quota, [*rows, mine], slot, week) > quota.most for week in weeks)
        near = [row for row in rows if self.same_window(quota, row, slot, now)]
        return self.much(quota, [*near, mine], slot) > quota.most

    def counts(self, quota: Quota, slot: Slot, row: Row) -> bool:
        if row.kind in PROGRAMME or row.exempt or row.status not in COUNTED:
            return False
        me, other = self.people[slot.who], self.people[row.who]
        whose = {
            "person": row.who == slot.who,
            "household": row.who == slot.who
            or (me.household is not None and me.household == other.household),
            "organisation": me.organisation is not None and me.organisation == other.organisation,
        }
        where = {
            "machine": row.machine == slot.machine,
            "family": self.family(row.machine) == self.family(slot.machine),
            "all": True,
        }
        return whose[quota.subject] and where[quota.scope]

    def same_window(self, quota: Quota, row: Row, slot: Slot, now: datetime) -> bool:
        machine = self.machines[slot.machine]
        if quota.window == "future":
            return row.start > now
        if quota.window == "day":
            return self.day(row.start, machine) == self.day(slot.start, machine)
        return self.iso_week(row.start, slot) == self.iso_week(slot.start, slot)

    def much(self, quota: Quota, rows: Iterable[Row], slot: Slot, week: object = None) -> int:
        """How many minutes, or bookings, of these rows count: in a week, at peak time."""
        total = 0
        for row in rows:
            mine = [
                at
                for at in minutes(row.start, row.end)
                if (week is None or self.iso_week(at, slot) == week)
                and (not quota.peak_only or self.is_peak(at, slot))
            ]
            total += len(mine) if quota.unit == "minutes" else bool(mine)
        return total

    def is_peak(self, at: datetime, slot: Slot) -> bool:
        machine = self.machines[slot.machine]
        minute, weekday = self.minute_of_day(at, machine), self.day(at, machine).weekday()
        return any(
            weekday in peak.weekdays and peak.from_min <= minute < peak.to_min for peak in machine.terms.peak
        )

    def iso_week(self, at: datetime, slot: Slot) -> tuple[int, int]:
        calendar = self.day(at, self.machines[slot.machine]).isocalendar()
        return calendar[0], calendar[1]
