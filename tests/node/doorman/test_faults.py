"""The fault table at the doorman: old views, no clock, a silent hub, rubbish from everywhere."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.calendars import Opening
from core.vocabulary import Audience, Risk
from core.wire.messages import (
    Ack,
    Answer,
    Ask,
    HubState,
    LockList,
    Now,
    Order,
    View,
    body_of,
    read,
)
from core.wire.refused import Refused
from node.doorman.events import TapSeen
from node.ports import Heard
from tests.node.doorman.conftest import LASER, TUESDAY, Machine, booking, grant, key

HOUR_S = 3600


@pytest.mark.parametrize(("risk", "limit_h"), [(Risk.HIGH, 24), (Risk.MEDIUM, 72), (Risk.LOW, 168)])
def test_a_view_is_good_up_to_the_limit_of_its_machines_risk(machine, risk: Risk, limit_h: int) -> None:
    policy = replace(LASER, risk=risk, age_limit_h=limit_h, busy_w=10)
    span = timedelta(hours=limit_h + 10)
    slot = replace(booking("amelie", 0, 60), end=booking("amelie", 0, 60).start + span)
    hours = replace(machine.hub.view.openings[0], end=machine.hub.view.openings[0].end + span)
    machine.send_view(machine=policy, bookings=(slot,), openings=(hours,))
    machine.answer_hello()
    machine.disconnect()
    machine.leap_s(limit_h * HOUR_S - 60)
    assert machine.tap("amelie").allowed
    machine.pass_s(40)
    machine.tap("amelie")
    machine.leap_s(120)
    assert machine.tap("amelie").reason == "STALE"


def test_without_any_clock_a_dangerous_machine_starts_nothing(offline) -> None:
    offline.restart_doorman(ntp=False)
    assert offline.tap("amelie").reason == "STALE"


def test_without_any_clock_a_harmless_one_has_four_hours_in_sum(machine) -> None:
    machine.send_view(
        machine=replace(LASER, risk=Risk.LOW, age_limit_h=168), bookings=(booking("amelie", 0, 900),)
    )
    machine.answer_hello()
    machine.disconnect()
    machine.restart_doorman(ntp=False)
    machine.leap_s(4 * HOUR_S - 120)
    assert machine.tap("amelie").allowed
    machine.pass_s(40)
    machine.tap("amelie")
    machine.leap_s(300)
    machine.restart_doorman(ntp=False)  # pulling the plug refills nothing
    assert machine.tap("amelie").reason == "STALE"


def test_a_session_goes_on_when_the_view_grows_old(offline) -> None:
    offline.tap("amelie")
    offline.contact(busy=True)
    offline.leap_s(25 * HOUR_S)
    assert offline.relay


def test_no_tap_waits_more_than_800_ms_for_the_hub(machine) -> None:
    machine.send_view(bookings=())
    assert machine.tap("amelie") is None  # a walk-up: the hub is asked first
    assert machine.link.last(Ask) is not None
    machine.pass_s(0.79, step_ms=790)
    assert not machine.outcomes
    machine.pass_s(0.01, step_ms=10)
    assert machine.outcomes[-1].allowed


SPRING = datetime(2027, 3, 28, 0, 30, tzinfo=UTC)  # half past one in Brussels; at two the clocks go to three


def test_in_the_night_of_the_clock_change_an_hour_is_an_hour(machine) -> None:
    machine.leap_s((SPRING - machine.clock.wall()).total_seconds())
    start_min = (SPRING - TUESDAY) // timedelta(minutes=1)
    hours = Opening(SPRING - timedelta(hours=1), SPRING + timedelta(hours=8), Audience.MEMBERS)
    slot = booking("amelie", start_min, start_min + 120)  # 1:30 to 4:30 on the wall
    grants = {key("amelie"): replace(grant("amelie"), until=None)}
    machine.send_view(bookings=(slot,), openings=(hours,), issued=SPRING, grants=grants)
    machine.answer_hello()
    assert machine.tap("amelie").allowed
    machine.contact(busy=True)
    for left_s, phase in ((7199, "in-use"), (1, "ending")):
        machine.leap_s(left_s)
        machine.keeper.keeper.look()
        machine.settle()
        assert machine.state.phase == phase
        machine.answer_hello()


RUBBISH = (
    None,
    True,
    -1,
    2**53,
    1.5,
    "",
    "\u0000",
    "x" * 5000,
    [],
    {},
    [[[[]]]],
    {"v": 1},
    "2026-13-45T99:99:99Z",
)


def spoilt(body: object, dice: random.Random) -> object:
    """The body with one thing in it of another kind."""
    if isinstance(body, dict) and body:
        name = dice.choice(sorted(body))
        inner = body[name]
        deeper = isinstance(inner, dict | list) and inner and dice.random() < 0.5
        return {**body, name: spoilt(inner, dice) if deeper else dice.choice(RUBBISH)}
    if isinstance(body, list) and body:
        return [spoilt(body[0], dice), *body[1:]]
    return dice.choice(RUBBISH)


def everything_the_hub_says(machine) -> dict[type, dict[str, object]]:
    """One good body of each message, to be spoilt."""
    view = machine.shelf.view().body
    return {
        View: view,
        LockList: machine.shelf.locks().body,
        Now: {
            "v": 1,
            "nonce": "n",
            "time": view["issued"],
            "epoch": 1,
            "store": "s",
            "view_rev": 1,
            "lock_rev": 1,
        },
        Ack: {"v": 1, "epoch": 1, "store": "s", "journals": {"j": 3}},
        HubState: {"v": 1, "state": "up", "epoch": 1, "store": "s", "time": view["issued"], "seq": 1},
        Answer: {"v": 1, "epoch": 1, "store": "s", "id": "q", "nonce": "n", "decision": None, "grant": None},
        Order: {
            "v": 1,
            "epoch": 1,
            "store": "s",
            "id": "o",
            "boot": "b",
            "expires": view["issued"],
            "order": "stop",
        },
    }


@pytest.mark.parametrize("seed", range(6))
def test_whatever_the_hub_says_is_taken_or_refused_and_the_session_does_not_notice(
    machine, seed: int
) -> None:
    machine.tap("amelie")
    machine.contact(busy=True)
    dice = random.Random(seed)
    wall = machine.clock.wall()
    bodies = everything_the_hub_says(machine)
    refused = 0
    for _ in range(150):
        kind = dice.choice(list(bodies))
        body = spoilt(bodies[kind], dice)
        try:
            told = read(kind, body)
        except Refused as problem:
            refused += bool(problem.flaw)
            continue
        machine.hear(Heard(told, body))
    assert refused
    assert machine.relay
    assert machine.clock.wall() == wall
    assert len(machine.records("session-end")) == 0


@pytest.mark.parametrize("seed", range(4))
def test_cards_of_any_length_power_nothing(machine, seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(15):
        machine.hear(TapSeen(dice.randbytes(dice.randrange(11)), machine.clock.monotonic_ms()))
        machine.pass_s(1.5)
    assert not machine.relay
    assert machine.records("session-start") == []


def test_an_answer_that_was_not_asked_for_starts_nothing(machine: Machine) -> None:
    machine.send_view(bookings=())
    machine.tap("amelie")
    machine.pass_s(1)
    machine.tap("amelie")
    machine.pass_s(31)
    assert not machine.relay
    machine.answer_ask(allowed=True, until=machine.clock.wall() + timedelta(hours=1))
    assert not machine.relay
    assert body_of(machine.link.last(Ask))["purpose"] == "walk-up"
