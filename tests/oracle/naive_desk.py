"""The naive front desk: what becomes of a slot once it is booked, told over a list of rows, as simple and as slow as can be."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from core.vocabulary import Reason
from tests.oracle.naive_lab import NaiveLab
from tests.oracle.naive_things import MINUTE, OCCUPYING, NaivePerson, Row, Slot, minutes

LATE = timedelta(hours=12)
HERE = ("arrived", "in_use")
BEGUN = {Reason.GRID, Reason.DURATION, Reason.PAST, Reason.LEAD}


class NaiveDesk(NaiveLab):
    """The naive lab, and what one does with a slot that one has."""

    def put(self, row: Row) -> None:
        """A row, new or as it is now."""
        self.rows = [one for one in self.rows if one.id != row.id] + [row]

    def bar(self, who: str, until: datetime | None) -> None:
        """Booking ahead is off for somebody."""
        person: NaivePerson = self.people[who]
        self.people[who] = replace(person, barred_until=until)

    def close(self, machines: Iterable[str], start: datetime, end: datetime, now: datetime) -> list[Row]:
        """Close these machines; what falls."""
        fallen = []
        for name in machines:
            machine = self.machines[name]
            self.machines[name] = replace(machine, closures=(*machine.closures, (start, end)))
            for row in self.rows:
                touched = row.machine == name and row.start < end and start < row.end and row.end > now
                if touched and row.status in ("confirmed", "conditional") and row.kind != "maintenance":
                    fallen.append(row)
        for row in fallen:
            self.put(replace(row, status="cancelled_lab"))
        return fallen

    def cancel(self, row: Row, now: datetime) -> None:
        """Its holder gives it back: late within twelve hours."""
        late = row.status == "confirmed" and row.start - now < LATE
        self.put(replace(row, status="cancelled_late" if late else "cancelled"))

    def release(self, row: Row, now: datetime) -> None:
        """The rest is free from the next grid point on."""
        end, machine = now, self.machines[row.machine]
        while not self.on_grid(end, machine):
            end += MINUTE
        if row.start < end < row.end:
            self.put(replace(row, end=end, status="done" if end <= now else row.status))

    def not_come(self, now: datetime) -> list[Row]:
        """Slots whose holder did not come within the grace."""
        gone = [
            row
            for row in self.rows
            if row.status == "confirmed"
            and row.kind in ("booking", "group")
            and now >= row.start + self.machines[row.machine].policy.grace_min * MINUTE
        ]
        for row in gone:
            self.put(replace(row, status="no_show"))
        return gone

    def finish(self, now: datetime) -> None:
        """What is over is done."""
        for row in list(self.rows):
            if row.status in OCCUPYING and row.status != "done" and row.end <= now:
                self.put(replace(row, status="done"))

    def may_extend(self, row: Row, planned: datetime, now: datetime, waited_for: bool) -> bool:
        """Whether one step more may be had."""
        machine = self.machines[row.machine]
        end = row.end + machine.policy.step_min * MINUTE
        slot = Slot(row.who, row.machine, row.end, end)
        others = [
            one for one in self.on_seat(slot, row.seat, row.id) if one.start < end and row.end < one.end
        ]
        after = minutes(row.end, end + machine.policy.machines_off_min * MINUTE)
        return (
            row.status in HERE
            and row.end > now
            and now >= planned - 15 * MINUTE
            and end - row.start <= machine.policy.max_session_min * MINUTE
            and not others
            and not waited_for
            and all(self.open_at(at, slot) for at in after)
        )

    def walk_up_until(self, who: str, machine: str, now: datetime) -> datetime | None:
        """Till when somebody who stands there may have the machine; None: not now."""
        naive, until = self.machines[machine], now
        policy, slot = naive.policy, Slot(who, machine, now, now)
        rows = [one for one in self.rows if one.machine == machine and one.status in OCCUPYING]
        late = [
            one for one in rows if one.status == "confirmed" and now >= one.start + policy.grace_min * MINUTE
        ]
        rows = [one for one in rows if one not in late and one.status != "done"]
        off, limit = policy.machines_off_min * MINUTE, now + policy.walkup_min * MINUTE
        own = [one for one in rows if one.who == who and now < one.start <= limit]
        for one in own[:1]:  # it becomes his slot (E21)
            limit = one.end
        rows = [one for one in rows if one not in own]
        while until < limit:
            taken = [one for one in rows if one.start <= until < one.end]
            if taken or not all(self.open_at(at, slot) for at in minutes(until, until + off + MINUTE)):
                break
            until += MINUTE
        last = minutes(now, now + policy.last_start_min * MINUTE)
        if not all(self.open_at(at, slot) for at in last):
            return None
        return until if until - now >= policy.walkup_least_min * MINUTE else None
