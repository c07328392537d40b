"""Is the demo lab plausible: nobody twice in one place, nobody at a machine without the right?"""

import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from core.certificates import Act, Course, Event, standing
from core.vocabulary import Purpose, Reason
from core.wire.messages import Ask, Badge
from core.wire.seal import Keys, badge_key
from hub.services import asking, presence
from hub.services.sealing import Vault
from hub.store.making import found, migrate
from hub.store.store import open_store
from loquet.demo import lab
from loquet.demo.folder import Kept
from loquet.demo.members import FIXED, members
from loquet.demo.past import five_weeks
from loquet.demo.seeding import Seeding

NOON = datetime(2026, 11, 24, 13, tzinfo=UTC)
SEEDS = range(6)


def month(seed: int, now: datetime = NOON):
    rng = random.Random(seed)
    people = members(rng, now.year)
    return people, five_weeks(rng, people, now)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_seat_is_taken_twice(seed) -> None:
    _, slots = month(seed)
    seats: dict[tuple[str, int], list] = {}
    for slot in slots:
        if slot.status in {"confirmed", "done"}:
            seats.setdefault((slot.machine, slot.seat), []).append(slot)
    assert all(a.end <= b.start for taken in seats.values() for a, b in pairwise(taken))


@pytest.mark.parametrize("seed", SEEDS)
def test_nobody_is_at_two_machines_at_once(seed) -> None:
    _, slots = month(seed)
    mine: dict[int, list] = {}
    for slot in slots:
        if slot.status in {"confirmed", "done"}:
            mine.setdefault(slot.who, []).append(slot)
    assert all(a.end <= b.start for taken in mine.values() for a, b in pairwise(taken))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_machines_with_a_node_are_free_when_the_visitor_comes(seed) -> None:
    _, slots = month(seed)
    for slot in slots:
        if slot.machine in lab.NODES.values() and slot.status == "confirmed":
            assert slot.end <= NOON or slot.start >= NOON + timedelta(hours=6)


def test_a_month_has_the_size_of_the_sample() -> None:
    people, slots = month(1)
    assert len(people) == 40
    assert {one.email.split("@")[0] for one in FIXED} == {
        "maker", "second", "newcomer", "trainer", "manager", "lapsed",
    }  # fmt: skip
    assert 400 <= len(slots) <= 620
    assert 250 <= sum(slot.used is not None for slot in slots) <= 400
    assert {"class", "training", "maintenance", "unattended"} <= {slot.kind for slot in slots}


def test_another_seed_is_another_month_and_the_same_seed_the_same() -> None:
    assert month(1)[1] == month(1)[1]
    assert month(1)[1] != month(2)[1]


@pytest.mark.parametrize("empty", [False, True])
def test_the_lab_comes_into_a_store_and_nobody_used_what_he_may_not(tmp_path: Path, empty) -> None:
    url = f"sqlite:///{tmp_path / 'lab.db'}"
    migrate(url)
    kept = Kept(1, NOON.isoformat(), None, empty, lab.nodes(3))
    kept.draw()
    with open_store(url, group=False) as store:
        store.write(lambda tx: found(tx, NOON, demo=True))
        store.write(lambda tx: Seeding(tx, kept, Vault(b"v" * 32), NOON).run(lambda word: word))
        courses, events, sessions = store.read(
            lambda tx: (
                tx.certificates.courses(lab.LAB),
                tx.certificates.events_in(lab.LAB),
                tx.sessions.page(limit=2000),
            )
        )
    assert bool(sessions) is not empty
    tree = {c.id: Course(c.id, lab.ZONE, c.valid_months, c.dormant_months, c.needs) for c in courses}
    for session in sessions:
        course = lab.MACHINES[session.machine][2]
        mine = [Event(e.course, Act(e.kind), e.at) for e in events if e.person == session.person]
        assert standing(course, mine, tree, session.start).usable, (session.machine, course)


def supervises(store, kept: Kept, at: datetime) -> list[Reason]:
    """What the hub says at `at` against the trainer's badge beside a learner at LAS-1."""
    driss = next(one for one in FIXED if one.roles == ("trainer",))
    key = badge_key(Keys.of(bytes.fromhex(kept.node_keys["las-1"])).badge, bytes.fromhex(driss.uid))
    ask = Ask("q", "n", at, Badge(key), Purpose.SUPERVISE)
    answer = store.write(lambda tx: asking.answer(tx, "las-1", ask, Vault(b"v" * 32), at))
    return [one.code for one in answer.decision.objections]


def test_the_trainer_may_stand_beside_the_newcomer_for_as_long_as_his_certificate_lasts(
    tmp_path: Path,
) -> None:
    url = f"sqlite:///{tmp_path / 'lab.db'}"
    migrate(url)
    kept = Kept(1, NOON.isoformat(), None, True, lab.nodes(3))  # noqa: FBT003 -- an empty month
    kept.draw()
    with open_store(url, group=False) as store:
        store.write(lambda tx: found(tx, NOON, demo=True))
        store.write(lambda tx: Seeding(tx, kept, Vault(b"v" * 32), NOON).run(lambda word: word))
        assert supervises(store, kept, NOON) == []
        assert supervises(store, kept, NOON + timedelta(days=50)) == []
        driss = store.read(lambda tx: tx.people.by_email("trainer@demo.example"))
        store.write(lambda tx: presence.leave(tx, driss, lab.LAB, NOON))
        assert supervises(store, kept, NOON) == [Reason.SUPERVISOR_INVALID]


@pytest.mark.parametrize(
    ("now", "start"),
    [
        ("2026-11-24T09:00:00+00:00", "2026-11-24T09:00:00+00:00"),  # Tuesday, ten sharp: open
        ("2026-11-24T08:59:59+00:00", "2026-11-24T09:30:00+00:00"),  # a second before the doors open
        ("2026-11-24T15:00:00+00:00", "2026-11-24T15:00:00+00:00"),  # two hours left
        ("2026-11-24T15:00:01+00:00", "2026-11-25T09:30:00+00:00"),  # less than two hours left
        ("2026-11-22T12:00:00+00:00", "2026-11-24T09:30:00+00:00"),  # Sunday; Monday is the staff's
        ("2026-11-10T20:00:00+00:00", "2026-11-12T09:30:00+00:00"),  # the eve of 11 November
    ],
)
def test_a_demo_starts_when_the_lab_is_open_for_a_while(now: str, start: str) -> None:
    assert lab.good_start(datetime.fromisoformat(now)) == datetime.fromisoformat(start)
