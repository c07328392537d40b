"""A machine that works in part, or for staff alone: who books it, and who is told first? (R46, E32)"""

import pytest

from core.vocabulary import MachineStatus, Purpose, Reason
from hub.services import asking, taking_out
from hub.services.refused import Refused
from hub.services.reserving import Wish, reserve
from tests.cast import NOW
from tests.hub.services.desk import at, booked, by, codes, present
from tests.hub.services.floor import NODE, VAULT

DEGRADED, STAFF_ONLY = MachineStatus.DEGRADED, MachineStatus.STAFF_ONLY


def marked(floor, status, note="", who="dora"):
    return floor.store.write(
        lambda tx: taking_out.mark(tx, by(tx, floor.people.ids[who]), "LAS-1", (status, note), NOW)
    )


def wants(floor, who, *, read=False):
    person = floor.people.ids[who]
    wish = Wish("LAS-1", person, at(14), at(15), person, read=read)
    return floor.store.write(lambda tx: reserve(tx, wish, NOW))


def back(floor):
    return floor.store.write(lambda tx: taking_out.bring_back(tx, by(tx, floor.people.dora), "LAS-1", NOW))


def test_what_is_weak_in_the_right_corner_is_booked_by_who_has_read_it(floor) -> None:
    marked(floor, DEGRADED, "weak in right corner")
    refused = wants(floor, "amelie")
    assert [(one.code, one.params["note"], one.next) for one in refused.objections] == [
        (Reason.MACHINE_DOWN, "weak in right corner", "read_note")
    ]
    assert wants(floor, "amelie", read=True).machine == "LAS-1"
    assert back(floor).status is MachineStatus.OK
    assert back(floor).objections[0].code is Reason.CHANGED


def test_for_staff_alone_members_neither_book_nor_start_and_what_is_booked_stands(floor) -> None:
    hers = booked(floor.store, floor.people.amelie, at(16), at(17))
    marked(floor, STAFF_ONLY)
    assert codes(wants(floor, "bram")) == {Reason.STAFF_ONLY}
    assert present(floor.store, hers).status == "confirmed"
    ask = floor.ask(floor.key("bram"), Purpose.WALK_UP, NOW)
    answer = floor.store.write(lambda tx: asking.answer(tx, NODE, ask, VAULT, NOW))
    assert [one.code for one in answer.decision.objections] == [Reason.STAFF_ONLY]
    assert wants(floor, "dora").machine == "LAS-1"


@pytest.mark.parametrize(
    ("status", "note", "who", "code"),
    [
        (DEGRADED, " ", "dora", Reason.INVALID),
        (MachineStatus.OK, "x", "dora", Reason.INVALID),
        (MachineStatus.OUT_OF_ORDER, "x", "dora", Reason.INVALID),
        (STAFF_ONLY, "", "amelie", Reason.FORBIDDEN),
        (STAFF_ONLY, "", "olga", Reason.FORBIDDEN),
    ],
)
def test_no_member_marks_a_machine_and_nobody_without_saying_what_is_weak(
    floor, status, note, who, code
) -> None:
    answer = marked(floor, status, note, who)
    assert isinstance(answer, Refused)
    assert answer.objections[0].code is code
    assert floor.store.read(lambda tx: tx.machines.get("LAS-1")).status is MachineStatus.OK
