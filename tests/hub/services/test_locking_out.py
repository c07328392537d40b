"""Who takes a machine out, who brings it back, and when is it true?"""

import pytest

from core.vocabulary import LockKind, Reason
from core.wire.messages import LockList, read
from hub.ports import Lock
from hub.services import locking_out, metering
from hub.services.locking_out import Effect, effect
from hub.services.refused import Refused
from tests.cast import NOW
from tests.hub.services.floor import NODE, Floor, Journal


def locked(floor: Floor, by: str = "dora", reason: str = "lens cracked") -> Lock | Refused:
    who = getattr(floor.people, by)
    return floor.store.write(lambda tx: locking_out.lock(tx, who, "LAS-1", LockKind.LOCKOUT, reason, NOW))


def lifted(floor: Floor, lock: str, by: str, reason: str = "") -> Lock | Refused:
    return floor.store.write(lambda tx: locking_out.lift(tx, getattr(floor.people, by), lock, reason, NOW))


def body(floor: Floor) -> LockList:
    said = floor.store.read(lambda tx: locking_out.locks_body(tx, NODE, NOW))
    return read(LockList, said)


def standing(floor: Floor, lock: str) -> Effect:
    return floor.store.read(lambda tx: effect(tx.locks.get(lock), tx.nodes.get(NODE)))


def relay(floor: Floor, state: str, *, online: bool = True) -> None:
    values = {"live": {"relay": state}, "online": online}
    floor.store.write(lambda tx: tx.nodes.seen(NODE, NOW, values))


def recorded(floor: Floor, journal: Journal) -> None:
    floor.store.write(lambda tx: metering.take(tx, NODE, journal.batch(), NOW))


def test_a_lockout_is_sent_and_in_force_only_when_the_record_has_come_and_the_relay_is_open(
    both_floor: Floor,
) -> None:
    lock = locked(both_floor)
    assert isinstance(lock, Lock)
    assert [one.id for one in body(both_floor).locks] == [lock.id]
    assert body(both_floor).rev == 1
    relay(both_floor, "closed")
    assert standing(both_floor, lock.id) is Effect.PENDING
    recorded(
        both_floor, Journal().write("inhibit-set", NOW, inhibit="lockout", lock=lock.id, by="d", cause="")
    )
    assert standing(both_floor, lock.id) is Effect.PENDING  # the relay may still be closing the gap
    relay(both_floor, "open")
    assert standing(both_floor, lock.id) is Effect.IN_FORCE
    relay(both_floor, "open", online=False)
    assert standing(both_floor, lock.id) is Effect.PENDING  # nobody knows of a node offline


def test_the_record_of_another_lock_or_machine_changes_nothing(floor: Floor) -> None:
    lock = locked(floor)
    assert isinstance(lock, Lock)
    recorded(floor, Journal().write("inhibit-set", NOW, inhibit="lockout", lock="another", by="d", cause=""))
    relay(floor, "open")
    assert standing(floor, lock.id) is Effect.PENDING


def test_a_lifted_lock_is_said_until_its_record_has_come(both_floor: Floor) -> None:
    lock = locked(both_floor)
    assert isinstance(lock, Lock)
    journal = Journal().write("inhibit-set", NOW, inhibit="lockout", lock=lock.id, by="d", cause="")
    recorded(both_floor, journal)
    assert isinstance(lifted(both_floor, lock.id, "dora"), Lock)
    said = body(both_floor)
    assert (said.locks, said.lifted) == ((), (lock.id,))
    assert standing(both_floor, lock.id) is Effect.LIFTING
    recorded(
        both_floor, journal.write("inhibit-lifted", NOW, inhibit="lockout", lock=lock.id, by="d", cause="")
    )
    assert body(both_floor).lifted == ()
    assert standing(both_floor, lock.id) is Effect.GONE


def test_an_owner_who_lifts_it_at_the_machine_is_believed(floor: Floor) -> None:
    lock = locked(floor)
    assert isinstance(lock, Lock)
    journal = Journal().write("inhibit-set", NOW, inhibit="lockout", lock=lock.id, by="d", cause="")
    recorded(
        floor,
        journal.write(
            "inhibit-lifted", NOW, inhibit="lockout", lock=lock.id, by=floor.people.dora, cause="tap"
        ),
    )
    found = floor.store.read(lambda tx: tx.locks.get(lock.id))
    assert (found.lifted, found.lifted_by, found.gone) == (NOW, floor.people.dora, NOW)
    assert floor.store.read(lambda tx: tx.locks.on("LAS-1")) == []


@pytest.mark.parametrize("by", ["amelie", "tom", "olga"])
def test_only_staff_lock(floor: Floor, by: str) -> None:
    answer = locked(floor, by)
    assert isinstance(answer, Refused)
    assert answer.code is Reason.FORBIDDEN
    assert body(floor).locks == ()


def test_nobody_locks_without_a_reason(floor: Floor) -> None:
    answer = locked(floor, reason=" ")
    assert isinstance(answer, Refused)
    assert answer.objections[0].params == {"field": "reason"}


def test_only_the_owner_lifts_it_or_a_manager_who_says_why(floor: Floor) -> None:
    lock = locked(floor, "max")
    assert isinstance(lock, Lock)
    for by in ("dora", "amelie"):
        answer = lifted(floor, lock.id, by, "please")
        assert isinstance(answer, Refused)
        assert answer.code is Reason.FORBIDDEN
    assert isinstance(lifted(floor, lock.id, "max"), Lock)
    hers = locked(floor, "dora")
    assert isinstance(hers, Lock)
    silent = lifted(floor, hers.id, "max")  # S26
    assert isinstance(silent, Refused)
    assert silent.code is Reason.INVALID
    assert isinstance(lifted(floor, hers.id, "max", "tested with her"), Lock)
    again = lifted(floor, hers.id, "max", "tested with her")
    assert isinstance(again, Refused)
    assert again.code is Reason.CHANGED


def test_two_locks_stand_until_both_are_lifted(floor: Floor) -> None:  # R47
    one, two = locked(floor), locked(floor, "max")
    assert isinstance(one, Lock)
    assert isinstance(two, Lock)
    lifted(floor, one.id, "dora")
    assert [lock.id for lock in body(floor).locks] == [two.id]
    assert body(floor).rev == 3


def reported(floor: Floor, name: str = "report-abc", owner: str = "") -> Journal:
    """The button at the machine is pressed: what the keeper writes then."""
    journal = Journal().write("report", NOW, category="danger")
    journal.write("inhibit-set", NOW, inhibit="danger", lock=name, owner=owner, by=None, cause="report")
    recorded(floor, journal)
    return journal


def kept(floor: Floor, name: str = "report-abc") -> Lock | None:
    return floor.store.read(lambda tx: tx.locks.get(name))


def test_a_danger_reported_by_the_button_at_the_machine_becomes_a_lock_of_the_house(
    both_floor: Floor,
) -> None:
    reported(both_floor)
    found = kept(both_floor)
    assert found is not None
    assert (found.machine, found.kind, found.owner, found.by) == ("LAS-1", LockKind.DANGER, None, None)
    assert found.in_force == NOW
    assert [one.id for one in body(both_floor).locks] == ["report-abc"]
    relay(both_floor, "open")
    assert standing(both_floor, "report-abc") is Effect.IN_FORCE


def test_dora_of_the_staff_lifts_it_with_a_reason_and_the_node_is_told(both_floor: Floor) -> None:
    journal = reported(both_floor)
    refused_bare = lifted(both_floor, "report-abc", "dora")
    assert isinstance(refused_bare, Refused)
    assert refused_bare.code is Reason.INVALID
    assert isinstance(lifted(both_floor, "report-abc", "dora", "smoke was a candle"), Lock)
    assert body(both_floor).lifted == ("report-abc",)
    recorded(both_floor, journal.write("inhibit-lifted", NOW, inhibit="danger", lock="report-abc", by=None))
    assert standing(both_floor, "report-abc") is Effect.GONE
    assert body(both_floor).lifted == ()


def test_amelie_who_is_no_staff_does_not_lift_a_danger(floor: Floor) -> None:
    reported(floor)
    answer = lifted(floor, "report-abc", "amelie", "looks fine to me")
    assert isinstance(answer, Refused)
    assert answer.code is Reason.FORBIDDEN


def test_a_lock_that_a_restored_hub_has_forgotten_is_taken_back_with_its_owner(floor: Floor) -> None:
    journal = Journal()
    owner = floor.people.dora
    journal.write("inhibit-set", NOW, inhibit="lockout", lock="lk-9", owner=owner, by=owner, cause="belt")
    recorded(floor, journal)
    found = kept(floor, "lk-9")
    assert found is not None
    assert (found.kind, found.owner, found.reason) == (LockKind.LOCKOUT, owner, "belt")


def test_an_emergency_stop_is_no_lock(floor: Floor) -> None:
    recorded(floor, Journal().write("inhibit-set", NOW, inhibit="estop", lock=None, by=None, cause="input"))
    assert body(floor).locks == ()


def test_the_record_of_a_stranger_kind_of_lock_is_left_aside(floor: Floor) -> None:
    recorded(floor, Journal().write("inhibit-set", NOW, inhibit="estop", lock="x-1", by=None, cause="input"))
    assert kept(floor, "x-1") is None
