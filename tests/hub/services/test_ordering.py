"""What may staff ask of a machine from afar?"""

import pytest

from core.vocabulary import Inhibit, Reason
from hub.services.ordering import LIVES, Ordered, Wanted, order, resettable
from hub.services.refused import Refused
from tests.cast import NOW
from tests.hub.services.floor import NODE, Floor

RESET = (Wanted.RESET, Inhibit.ESTOP)


def ordered(floor: Floor, by: str, wanted: tuple[Wanted, Inhibit | None], machine: str = "LAS-1"):
    who = getattr(floor.people, by)
    return floor.store.write(lambda tx: order(tx, tx.people.get(who), machine, wanted, NOW))


def online(floor: Floor, *inhibits: str) -> None:
    values = {"live": {"inhibits": list(inhibits)}, "online": True, "boot": "b1"}
    floor.store.write(lambda tx: tx.nodes.seen(NODE, NOW, values))


def test_staff_reset_an_emergency_stop_and_the_order_names_the_present_start(both_floor: Floor) -> None:
    online(both_floor, "estop")
    sent = ordered(both_floor, "dora", RESET)
    assert isinstance(sent, Ordered)
    assert sent.expires == NOW + LIVES
    (parcel,) = both_floor.store.write(lambda tx: tx.outbox.due(NOW, ["order"], 9))
    assert parcel.target == NODE
    assert parcel.payload["boot"] == "b1"
    assert parcel.payload["args"] == {"inhibit": "estop"}


@pytest.mark.parametrize("who", ["amelie", "tom"])
def test_who_is_not_staff_orders_nothing(floor: Floor, who: str) -> None:
    online(floor)
    refused = ordered(floor, who, (Wanted.STOP, None))
    assert isinstance(refused, Refused)
    assert refused.code is Reason.FORBIDDEN
    assert not floor.store.read(lambda tx: tx.outbox.waiting(["order"]))


@pytest.mark.parametrize("inhibit", [None, *sorted(set(Inhibit) - {Inhibit.ESTOP, Inhibit.FAULT})])
def test_only_what_the_node_latched_itself_can_be_reset(floor: Floor, inhibit: Inhibit | None) -> None:
    online(floor)
    refused = ordered(floor, "dora", (Wanted.RESET, inhibit))
    assert isinstance(refused, Refused)
    assert refused.code is Reason.INVALID


def test_a_machine_that_cannot_hear_is_not_ordered_anything(floor: Floor) -> None:
    floor.store.write(lambda tx: tx.nodes.seen(NODE, NOW, {"online": False}))
    refused = ordered(floor, "dora", (Wanted.STOP, None))
    assert isinstance(refused, Refused)
    assert refused.code is Reason.NODE_OFFLINE


def test_an_unknown_machine_is_not_found(floor: Floor) -> None:
    refused = ordered(floor, "dora", (Wanted.STOP, None), "LAS-9")
    assert isinstance(refused, Refused)
    assert refused.code is Reason.NOT_FOUND


def test_only_what_stands_latched_is_offered_for_reset(floor: Floor) -> None:
    online(floor, "estop", "out")
    assert floor.store.read(lambda tx: resettable(tx.nodes.get(NODE))) == (Inhibit.ESTOP,)
    floor.store.write(lambda tx: tx.nodes.seen(NODE, NOW, {"online": False}))
    assert floor.store.read(lambda tx: resettable(tx.nodes.get(NODE))) == ()
