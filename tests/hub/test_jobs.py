"""Does everything that happens by itself happen once, in time, and however late?"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.vocabulary import ReservationStatus
from hub.jobs.chores import timetable
from hub.jobs.leader import Leader
from hub.jobs.timetable import Job, Timetable
from hub.services import housekeeping
from hub.services.sealing import Vault
from hub.store.making import found, migrate
from hub.store.store import open_store
from loquet.demo import lab
from loquet.demo.folder import Kept
from loquet.demo.seeding import Seeding

NOON = datetime(2026, 11, 24, 13, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_a_job_runs_at_once_and_then_at_its_own_pace() -> None:
    ran: list[datetime] = []
    table = Timetable([Job("one", lambda now: ran.append(now) or 1, timedelta(minutes=1))])
    table.due(NOON)
    table.due(NOON + timedelta(seconds=59))
    assert ran == [NOON]
    table.due(NOON + timedelta(seconds=60))
    assert len(ran) == 2


def test_a_job_that_fails_holds_up_no_other_and_is_tried_again() -> None:
    ran: list[str] = []

    def broken(_: datetime) -> int:
        ran.append("broken")
        raise ZeroDivisionError

    table = Timetable([Job("a", broken, SECOND), Job("b", lambda _: ran.append("b") or 1, SECOND)])
    table.due(NOON)
    table.due(NOON + SECOND)
    assert ran == ["broken", "b", "broken", "b"]


def test_a_clock_that_was_set_back_does_not_stop_the_jobs() -> None:
    ran: list[datetime] = []
    table = Timetable([Job("one", lambda now: ran.append(now) or 1, timedelta(hours=1))])
    table.due(NOON)
    table.due(NOON - timedelta(hours=2))
    assert len(ran) == 2


def test_the_next_due_instant_is_the_earliest_that_matters() -> None:
    at = [NOON + timedelta(hours=2), NOON + timedelta(hours=1), None]
    table = Timetable(
        [Job(str(i), lambda _: 0, SECOND, lambda _, when=when: when) for i, when in enumerate(at)]
    )
    assert table.next_due(NOON) == NOON + timedelta(hours=1)
    assert Timetable([Job("x", lambda _: 0, SECOND)]).next_due(NOON) is None


def test_one_leads_and_the_next_takes_over(tmp_path: Path) -> None:
    first, second = Leader(tmp_path / "lock"), Leader(tmp_path / "lock")
    assert first.leads()
    assert not second.leads()
    assert first.leads()
    first.resign()
    assert second.leads()
    second.resign()


def test_slots_that_are_over_become_done_however_late_and_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'lab.db'}"
    migrate(url)
    kept = Kept(1, NOON.isoformat(), None, empty=False, nodes=lab.nodes(3))
    kept.draw()
    vault = Vault(b"v" * 32)
    with open_store(url, group=False) as store:
        store.write(lambda tx: found(tx, NOON, demo=True))
        store.write(lambda tx: Seeding(tx, kept, vault, NOON).run(lambda word: word))
        jobs = timetable(store, vault)
        late = NOON + timedelta(days=30)
        ends = store.read(lambda tx: [one.end for one in tx.bookings.over(late, 500)])
        first = min(ends)
        assert store.read(lambda tx: tx.bookings.over(first - SECOND, 500)) == []  # one tick before
        assert len(store.read(lambda tx: tx.bookings.over(first, 500))) >= 1  # at
        while jobs.due(late):
            late += SECOND
        assert store.read(lambda tx: tx.bookings.over(late, 500)) == []
        assert store.write(lambda tx: housekeeping.finish_slots(tx, late)) == 0
        assert all(
            one.status is not ReservationStatus.CONFIRMED
            for one in store.read(lambda tx: tx.bookings.taken("LAS-2", NOON - timedelta(40), late))
        )
