"""The extraction of two lasers is down: who starts, who books, and whose bookings fall? (R49, E33)"""

from datetime import timedelta

import pytest

from core.vocabulary import MachineStatus, Purpose, Reason
from hub.ports import Resource
from hub.services import asking, granting, metering, resources
from hub.services.refused import Refused
from hub.services.reserving import NotReserved, Wish, reserve
from hub.services.resources import Failure
from hub.services.showing import machine_shown
from tests.cast import NOW
from tests.hub.services.desk import HOUR, TICK, at, booked, by, mails, present
from tests.hub.services.floor import NODE, VAULT, Floor, Journal

LASERS = ("LAS-1", "LAS-2")


def shared(floor: Floor, name: str = "extraction", machines=LASERS, who: str = "dora"):
    person = floor.people.ids[who]
    return floor.store.write(lambda tx: resources.save(tx, by(tx, person), None, (name, machines), NOW))


def fails(floor: Floor, one: Resource, until=None, who: str = "dora", reason: str = "the fan is broken"):
    failure, person = Failure(one.id, until, reason), floor.people.ids[who]
    return floor.store.write(lambda tx: resources.take_down(tx, by(tx, person), failure, NOW))


def works(floor: Floor, one: Resource):
    who = floor.people.dora
    return floor.store.write(lambda tx: resources.bring_up(tx, by(tx, who), one.id, NOW))


def tapped(floor: Floor, who: str = "bram"):
    ask = floor.ask(floor.key(who), Purpose.WALK_UP, NOW)
    answer = floor.store.write(lambda tx: asking.answer(tx, NODE, ask, VAULT, NOW))
    return [(one.code, one.params.get("resource")) for one in answer.decision.objections]


def books(floor: Floor, machine: str, who: str = "tom"):
    person = floor.people.ids[who]
    wish = Wish(machine, person, at(18), at(19), person)
    answer = floor.store.write(lambda tx: reserve(tx, wish, NOW))
    return {one.code for one in answer.objections} if isinstance(answer, NotReserved) else set()


def view_lacks(floor: Floor) -> tuple[str, ...]:
    return floor.store.read(lambda tx: granting.view_of_node(tx, NODE, VAULT, NOW)).machine.lacks


def test_e33_while_the_extraction_is_down_neither_laser_is_started_or_booked_and_then_both_are_again(
    both_floor: Floor,
) -> None:
    fan = shared(both_floor)
    assert tapped(both_floor, "tom") == []
    before = both_floor.store.read(lambda tx: tx.nodes.get(NODE)).view_rev
    fails(both_floor, fan)
    assert both_floor.store.read(lambda tx: tx.nodes.get(NODE)).view_rev > before  # it is sent
    assert (Reason.RESOURCE_DOWN, "extraction") in tapped(both_floor)
    assert view_lacks(both_floor) == ("extraction",)  # the node refuses by itself, too
    for laser in LASERS:
        assert Reason.RESOURCE_DOWN in books(both_floor, laser)
        shown = both_floor.store.read(lambda tx, name=laser: machine_shown(tx, name, NOW))
        assert shown.status is MachineStatus.OUT_OF_ORDER
    assert books(both_floor, "SOL-1", "amelie") == set()
    works(both_floor, fan)
    assert view_lacks(both_floor) == ()
    assert Reason.RESOURCE_DOWN not in dict(tapped(both_floor))
    assert books(both_floor, "LAS-2", "bram") == set()


def test_till_a_known_hour_the_bookings_of_both_fall_fairly_and_do_not_come_back(both_floor: Floor) -> None:
    store, people, fan = both_floor.store, both_floor.people, shared(both_floor)
    one = booked(store, people.amelie, at(14), at(15))
    two = booked(store, people.bram, at(15), at(16), "LAS-2")
    after = booked(store, people.tom, at(16), at(17), "LAS-2")
    failure, who = Failure(fan.id, at(16), "the fan is broken"), people.dora
    seen = store.read(lambda tx: resources.preview(tx, by(tx, who), failure, NOW))
    assert {slot.id for slot in seen.cancelled} == {one.id, two.id}
    assert present(store, one).status == "confirmed"  # a preview writes nothing
    fails(both_floor, fan, at(16))
    assert [present(store, slot).status for slot in (one, two, after)] == [
        "cancelled_lab", "cancelled_lab", "confirmed",
    ]  # fmt: skip
    assert len(store.read(lambda tx: tx.rebookings.of(people.bram))) == 1  # owed, and no strike
    assert "reservation.cancelled_lab" in mails(store, people.amelie)
    works(both_floor, fan)
    assert present(store, one).status == "cancelled_lab"


def test_where_nobody_knows_how_long_the_holders_of_a_day_are_warned_and_hear_when_it_works(
    floor: Floor,
) -> None:
    store, amelie, fan = floor.store, floor.people.amelie, shared(floor)
    slot = booked(store, amelie, at(14), at(15), "LAS-2")
    fails(floor, fan)
    assert "machine.out" in mails(store, amelie)
    assert present(store, slot).status == "confirmed"
    works(floor, fan)
    assert "machine.restored" in mails(store, amelie)
    assert works(floor, fan).code is Reason.CHANGED


def test_with_the_compressor_still_down_nobody_hears_that_the_laser_works(floor: Floor) -> None:
    fan, air = shared(floor), shared(floor, "compressor", ("LAS-1",))
    booked(floor.store, floor.people.amelie, at(14), at(15))
    fails(floor, fan)
    fails(floor, air)
    works(floor, fan)
    assert view_lacks(floor) == ("compressor",)
    assert "machine.restored" not in mails(floor.store, floor.people.amelie)


def test_a_machine_that_is_joined_to_what_is_down_is_down_and_one_that_is_let_go_is_not(floor: Floor) -> None:
    fan, who = shared(floor, machines=("LAS-2",)), floor.people.dora
    fails(floor, fan)
    for machines, lacks in ((LASERS, ("extraction",)), (("LAS-2",), ())):
        said = ("extraction", machines)
        floor.store.write(lambda tx, said=said: resources.save(tx, by(tx, who), fan.id, said, NOW))
        assert view_lacks(floor) == lacks


def test_who_is_at_the_laser_goes_on(floor: Floor) -> None:
    fan, journal = shared(floor), Journal()
    until = (NOW + HOUR).isoformat().replace("+00:00", "Z")
    journal.write("session-start", NOW, "s1", who=floor.people.bram, kind="use", until=until)
    journal.write("power-on", NOW, "s1")
    floor.store.write(lambda tx: metering.take(tx, NODE, journal.batch(), NOW))
    fails(floor, fan)
    assert floor.store.read(lambda tx: tx.sessions.running("LAS-1")).end is None
    assert floor.store.write(lambda tx: tx.outbox.due(NOW + timedelta(days=1), ["order"], 9)) == []


@pytest.mark.parametrize(
    ("until", "who", "reason", "code"),
    [
        (None, "amelie", "x", Reason.FORBIDDEN),
        (None, "olga", "x", Reason.FORBIDDEN),
        (None, "dora", " ", Reason.INVALID),
        (NOW, "dora", "x", Reason.INVALID),
    ],
)
def test_only_staff_take_it_down_and_they_say_why_and_till_a_time_to_come(
    floor, until, who, reason, code
) -> None:
    answer = fails(floor, shared(floor), until, who, reason)
    assert isinstance(answer, Refused)
    assert answer.code is code
    assert isinstance(fails(floor, shared(floor, "air"), NOW + TICK), resources.Hit)


def test_a_resource_has_a_name_of_its_own_and_machines_of_the_house(floor: Floor) -> None:
    shared(floor)
    assert shared(floor).objections[0].params == {"field": "name"}
    assert shared(floor, "air", ("NO-1",)).objections[0].params == {"field": "machines"}
    assert shared(floor, "air", who="amelie").code is Reason.FORBIDDEN
