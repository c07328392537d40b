"""Does a machine keep quiet at night? R10, at every door of the hub: booking, tap, walk-up, extension."""

import pytest

from core.rulebook import Level
from core.vocabulary import Purpose
from core.wire.messages import Answer
from hub.ports import RuleSet
from hub.services import extending, granting
from hub.services.asking import answer
from hub.services.reserving import Wish, reserve
from tests.cast import ADC, NOW
from tests.hub.services.desk import TICK, at, booked, by, came, codes
from tests.hub.services.floor import NODE, VAULT


@pytest.fixture
def quiet(floor):
    """Amélie has LAS-1 from 19:00 to 20:30; then the lab wants quiet from 20:00 on."""
    hers = booked(floor.store, floor.people.amelie, at(19), at(20, 30))
    rules = {"quiet_from": "20:00", "quiet_to": "08:00"}
    said = RuleSet(ADC, Level.FAMILY, "laser", 1, rules, "neighbours", floor.people.max, NOW)
    assert floor.store.write(lambda tx: tx.rules.save(said))
    return hers


def asked(floor, name, now) -> Answer:
    question = floor.ask(floor.key(name), Purpose.WALK_UP, now)
    return floor.store.write(lambda tx: answer(tx, NODE, question, VAULT, now))


def test_nobody_books_past_eight(floor, quiet):
    wish = Wish("LAS-1", floor.people.bram, at(20, 30), at(21), floor.people.bram)
    assert codes(floor.store.write(lambda tx: reserve(tx, wish, NOW))) == {"QUIET"}


def test_her_slot_of_before_has_power_until_eight_and_none_from_then_on(floor, quiet):
    before = asked(floor, "amelie", at(20) - TICK)
    assert (before.decision.allowed, before.decision.until) == (True, at(20))
    refused = asked(floor, "amelie", at(20))
    assert [(one.code, one.params) for one in refused.decision.objections] == [
        ("QUIET", {"from": "20:00", "to": "08:00"})
    ]
    assert asked(floor, "bram", at(8, 0)).decision.allowed


def test_the_node_is_told_when_to_keep_quiet(floor, quiet):
    view = floor.store.read(lambda tx: granting.view_of_node(tx, NODE, VAULT, NOW))
    assert (view.machine.quiet_from_min, view.machine.quiet_to_min) == (1200, 480)


def test_nobody_goes_on_into_the_quiet_hours(floor, quiet):
    here = came(floor.store, quiet, at(19))
    till_eight = floor.store.write(lambda tx: tx.bookings.move(here, at(19), at(20), here.seat, at(19)))
    amelie = floor.people.amelie
    refused = floor.store.write(lambda tx: extending.extend(tx, till_eight, by(tx, amelie), at(19, 50)))
    assert codes(refused) == {"QUIET"}
