"""Is what is kept in memory ever older than the database, whoever changed it and in whichever process?"""

import subprocess
import sys
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import create_engine, text

from core.timeline import stamp
from core.vocabulary import MachineStatus, Reason, Role
from hub.ports import Course, Reservation, Store
from hub.services.finding import book
from hub.services.known import known_of
from hub.services.letting_in import Scope, caller_of, issue_token
from hub.services.reserving import NotReserved, Wish
from hub.store.engines import file_of
from hub.store.schema import ms_of
from hub.store.store import open_store
from tests.cast import ADC, NOW, Cast, cast_in

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
START = NOW + DAY
AT = ms_of(NOW)
LOST = "(SELECT id FROM certificate WHERE person = :amelie AND course = 'LAS1')"
STRUCK = "INSERT INTO strike_event (lab, person, strike, kind, at, by, data) VALUES ('adc', :amelie, 's{n}', 'struck', {at}, 'hub', '{{\"halves\": 2}}')"

REVOKED = f"""
INSERT INTO certificate_event (lab, certificate, kind, at, reason, data)
VALUES ('adc', {LOST}, 'revoke', {AT}, 'a test', '{{}}')
"""
CLOSED = f"""
INSERT INTO closure (id, lab, start_ms, end_ms, reason, by, created)
VALUES ('c', 'adc', {AT}, {AT + 7 * 86_400_000}, 'frost', :dora, {AT})
"""
SHUT = f"INSERT INTO day_exception (lab, day, hours, reason) VALUES ('adc', '{START.date()}', '[]', '{{}}')"

# what somebody does to the database by hand -> why Amélie cannot book the next hour
BY_HAND: dict[str, tuple[tuple[str, ...], Reason]] = {
    "suspended": (("UPDATE person SET status = 'suspended' WHERE id = :amelie",), Reason.MEMBER_SUSPENDED),
    "run out": ((f"UPDATE person SET member_until = {AT - 100 * 86_400_000} WHERE id = :amelie",), Reason.MEMBER_EXPIRED),
    "no role": (("DELETE FROM person_role WHERE person = :amelie",), Reason.FORBIDDEN),
    "role elsewhere": (("UPDATE person_role SET lab = 'other' WHERE person = :amelie",), Reason.FORBIDDEN),
    "revoked": ((REVOKED,), Reason.CERT_REVOKED),
    "struck": (tuple(STRUCK.format(n=n, at=AT - n) for n in range(3)), Reason.MEMBER_SUSPENDED),
    "out of order": (("UPDATE machine SET status = 'out_of_order' WHERE id = 'LAS-1'",), Reason.MACHINE_DOWN),
    "needs more": (("UPDATE machine SET needs = '[\"LAS1\", \"LAS2\"]' WHERE id = 'LAS-1'",), Reason.CERT_MISSING),
    "course needs more": (
        ("INSERT INTO course_need (lab, course, group_no, needs) VALUES ('adc', 'LAS1', 7, 'LAS2')",),
        Reason.CERT_MISSING,
    ),
    "closed": ((CLOSED,), Reason.LAB_CLOSED),
    "never open": (("DELETE FROM opening WHERE lab = 'adc'",), Reason.LAB_CLOSED),
    "not that day": ((SHUT,), Reason.LAB_CLOSED),
    "charter": (("UPDATE lab SET charter = 9 WHERE id = 'adc'",), Reason.CHARTER),
    "lab's rules": (("UPDATE lab SET rules = '{\"max_duration_min\": 30, \"step_min\": 15}' WHERE id = 'adc'",), Reason.DURATION),
    "family's rules": (("UPDATE family SET rules = '{\"lead_min\": 2880}' WHERE id = 'laser'",), Reason.LEAD),
    "seat gone": (("DELETE FROM reservation", "DELETE FROM seat WHERE machine = 'LAS-1'"), Reason.OVERLAP),
}  # fmt: skip


@pytest.fixture
def cast(both_store: Store) -> Cast:
    """The standing cast, and a course that nobody has."""
    people = cast_in(both_store)
    both_store.write(lambda tx: tx.certificates.add_course(Course("LAS2", ADC, {"en": "Laser, more"})))
    return people


def codes(store: Store, cast: Cast, hour: int = 1) -> list[Reason]:
    """What stands against Amélie's next hour."""
    start = START + hour * HOUR
    answer = book(store, (Wish("LAS-1", cast.amelie, start, start + HOUR, cast.amelie),), NOW)
    return [one.code for one in answer.objections] if isinstance(answer, NotReserved) else []


def by_hand(url: str, cast: Cast, *statements: str) -> None:
    """As with the database's own shell beside the running hub."""
    engine = create_engine(url)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement), {"amelie": cast.amelie, "dora": cast.dora})
    engine.dispose()


@pytest.mark.parametrize("what", BY_HAND)
def test_what_changes_beside_the_hub_holds_for_the_next_booking(what, both_store, migrated_url, cast):
    statements, expected = BY_HAND[what]
    assert codes(both_store, cast) == []  # now all is in memory
    by_hand(migrated_url, cast, *statements)
    assert expected in codes(both_store, cast, 3)


def other_process(url: str, cast: Cast, statement: str) -> None:
    """A program of its own changes the file."""
    said = f"import sqlite3; c = sqlite3.connect({file_of(url)!r}); c.execute({statement!r}, {{'amelie': {cast.amelie!r}}}); c.commit()"
    subprocess.run([sys.executable, "-c", said], check=True, timeout=30)


def test_another_process_is_believed_at_once(store: Store, sqlite_migrated: str):
    people = cast_in(store)
    assert codes(store, people) == []
    other_process(sqlite_migrated, people, "UPDATE person SET status = 'suspended' WHERE id = :amelie")
    assert codes(store, people, 3) == [Reason.MEMBER_SUSPENDED]
    other_process(sqlite_migrated, people, "UPDATE person SET status = 'active' WHERE id = :amelie")
    assert codes(store, people, 5) == []


def test_what_the_hub_itself_or_a_command_changes_holds_for_the_next_booking(both_store, migrated_url, cast):
    with open_store(migrated_url, group=False) as command:
        for hour, store in ((1, both_store), (5, command)):
            assert codes(both_store, cast, hour) == []
            event = partial(
                lambda kind, tx: tx.certificates.record(
                    tx.certificates.of(cast.amelie)[1], kind, NOW, by=cast.tom
                )
            )
            store.write(partial(event, "suspend"))
            assert codes(both_store, cast, hour + 2) == [Reason.CERT_SUSPENDED]
            store.write(partial(event, "restore"))
            assert codes(both_store, cast, hour + 2) == []
            store.write(lambda tx: tx.people.change(cast.amelie, {"charter": 0}))
            assert codes(both_store, cast, hour + 1) == [Reason.CHARTER]
            store.write(lambda tx: tx.people.change(cast.amelie, {"charter": 1}))
            store.write(lambda tx: tx.machines.set_status("LAS-1", MachineStatus.MAINTENANCE))
            assert codes(both_store, cast, hour + 1) == [Reason.MACHINE_DOWN]
            store.write(lambda tx: tx.machines.set_status("LAS-1", MachineStatus.OK))


def test_strikes_bar_at_once_and_one_that_is_withdrawn_no_longer(both_store, cast):
    assert codes(both_store, cast) == []
    data = {"halves": 2, "cause": "no-show"}
    for n in range(3):
        both_store.write(
            lambda tx, n=n: tx.strikes.record((ADC, cast.amelie, f"s{n}"), "struck", NOW, by="hub", data=data)
        )
    assert codes(both_store, cast, 3) == [Reason.MEMBER_SUSPENDED]
    both_store.write(lambda tx: tx.strikes.record((ADC, cast.amelie, "s1"), "withdrawn", NOW, by=cast.dora))
    assert codes(both_store, cast, 3) == []


def test_what_a_failed_task_saw_of_its_own_changes_is_not_kept(both_store, cast):
    def slip(tx):
        tx.people.change(cast.amelie, {"status": "suspended"})
        assert known_of(tx, cast.amelie, ADC).person.status == "suspended"
        raise KeyError

    with pytest.raises(KeyError):
        both_store.write(slip)
    assert codes(both_store, cast) == []


def test_an_old_snapshot_leaves_nothing_old_behind(both_store, cast):
    """Somebody reads slowly: what he still sees of before the change is never taken for what is true after it."""
    changed: list[bool] = []

    def slowly(tx):
        tx.people.names([cast.bram])  # the snapshot begins
        both_store.write(lambda tx: tx.people.change(cast.amelie, {"status": "suspended"}))
        changed.append(True)
        return known_of(tx, cast.amelie, ADC)

    assert both_store.read(slowly).person.status == "active"
    assert changed
    assert both_store.read(lambda tx: known_of(tx, cast.amelie, ADC)).person.status == "suspended"
    assert codes(both_store, cast) == [Reason.MEMBER_SUSPENDED]


# -- bearers -------------------------------------------------------------------------------------------------------------


def token_for(store: Store, person: str, lasts: timedelta = DAY) -> str:
    def issue(tx):
        return issue_token(tx, tx.people.get(person), Scope.BOOK, lasts, person, NOW)

    return store.write(issue)


def person_behind(store: Store, clear: str, now=NOW) -> str | None:
    caller = store.read(lambda tx: caller_of(tx, clear, now))
    return caller.person.id if caller else None


def test_a_token_lets_in_from_the_moment_it_is_issued_and_others_change_nothing(both_store, cast):
    first = token_for(both_store, cast.amelie)
    assert person_behind(both_store, first) == cast.amelie
    second = token_for(both_store, cast.amelie)
    for clear in (first, second, first):
        assert person_behind(both_store, clear) == cast.amelie
    other = token_for(both_store, cast.bram)
    assert [person_behind(both_store, one) for one in (first, other)] == [cast.amelie, cast.bram]
    assert person_behind(both_store, "lqt_nobody's") is None


def test_a_token_goes_on_letting_in_whatever_happens_to_its_person(both_store, migrated_url, cast):
    clear = token_for(both_store, cast.amelie)
    for statement in (
        "UPDATE person SET name = 'A.' WHERE id = :amelie",
        "UPDATE person SET status = 'suspended' WHERE id = :amelie",
        STRUCK.format(n=1, at=AT),
        "UPDATE revision SET rev = 7",
        "DELETE FROM revision",
    ):
        by_hand(migrated_url, cast, statement)
        assert person_behind(both_store, clear) == cast.amelie, statement
    both_store.write(lambda tx: tx.people.give_role(cast.amelie, ADC, Role.STAFF, ()))
    caller = both_store.read(lambda tx: caller_of(tx, clear, NOW))
    assert caller.person.is_staff(ADC)


def test_a_token_lets_in_after_the_hub_was_started_anew_and_beside_another_one(
    both_store, migrated_url, cast
):
    clear = token_for(both_store, cast.amelie)
    assert person_behind(both_store, clear) == cast.amelie
    with open_store(migrated_url) as again:
        assert person_behind(again, clear) == cast.amelie
        later = token_for(again, cast.amelie)
        assert person_behind(both_store, later) == cast.amelie
    assert person_behind(both_store, clear) == cast.amelie


def test_a_token_is_good_to_a_tick_before_its_end(both_store, cast):
    clear, tick = token_for(both_store, cast.amelie, HOUR), timedelta(milliseconds=1)
    assert person_behind(both_store, clear, NOW + HOUR - tick) == cast.amelie
    assert person_behind(both_store, clear, NOW + HOUR) is None


@pytest.mark.parametrize(
    "statement",
    [
        f"UPDATE token SET revoked = {AT} WHERE person = :amelie",
        "DELETE FROM token WHERE person = :amelie",
        "UPDATE person SET active = (1 = 0) WHERE id = :amelie",
        "UPDATE person SET status = 'archived' WHERE id = :amelie",
    ],
)
def test_a_token_that_is_taken_back_lets_nobody_in(statement, both_store, migrated_url, cast):
    clear = token_for(both_store, cast.amelie)
    assert person_behind(both_store, clear) == cast.amelie
    by_hand(migrated_url, cast, statement)
    assert person_behind(both_store, clear) is None


def test_a_token_taken_back_while_somebody_reads_it_is_not_remembered(both_store, cast):
    """Its bearer's own request may still pass; the next one does not."""
    clear = token_for(both_store, cast.amelie)

    def slowly(tx):
        tx.people.names([cast.bram])
        token = both_store.write(lambda tx: tx.tokens.of(cast.amelie)[0].id)
        assert both_store.write(lambda tx: tx.tokens.revoke(token, NOW))
        return caller_of(tx, clear, NOW)

    both_store.read(slowly)
    assert person_behind(both_store, clear) is None


def test_a_booking_kept_in_memory_is_still_one_for_its_day(both_store, cast):
    """What the house remembers is not what is booked: that is read each time."""
    start = START + HOUR
    first = book(both_store, (Wish("LAS-1", cast.amelie, start, start + HOUR, cast.amelie),), NOW)
    assert isinstance(first, Reservation), stamp(start)
    again = book(both_store, (Wish("LAS-1", cast.bram, start, start + HOUR, cast.bram),), NOW)
    assert isinstance(again, NotReserved)
    assert again.only_late
