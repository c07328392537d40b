"""A new badge for Emma, taken at the machine."""

import pytest

from core.vocabulary import Purpose, Reason
from core.wire.messages import Ask, Done, OrderKind
from core.wire.seal import found
from tests.node.doorman.conftest import KEYS, UIDS, Machine

ARGS = {"person": "emma", "name": "Emma", "check": "4711"}


@pytest.fixture
def waiting(machine: Machine) -> Machine:
    """Staff have opened the enrolment."""
    machine.order(OrderKind.ENROL, by="driss", args=ARGS)
    return machine


def test_the_order_is_answered_and_the_display_waits_for_a_badge(waiting) -> None:
    assert waiting.link.last(Done).ok
    assert waiting.screen == "ENROL"


def test_the_next_badge_goes_to_the_hub_hidden_and_its_uid_stands_nowhere_in_the_clear(waiting) -> None:
    waiting.tap("stranger")
    asked = waiting.link.last(Ask)
    assert asked.purpose is Purpose.ENROL
    assert found(KEYS.conceal, asked.secret, asked.nonce) == UIDS["stranger"]
    assert UIDS["stranger"].hex() not in str(waiting.link.said).lower()
    waiting.answer_ask(allowed=True, until=None)
    assert waiting.outcomes[-1].action == "enrol"
    assert not waiting.relay
    assert waiting.records("session-start") == []


def test_it_takes_one_badge_alone(waiting) -> None:
    waiting.tap("stranger")
    waiting.answer_ask(allowed=True, until=None)
    assert waiting.tap("amelie").action == "start"


def test_even_amelies_own_badge_powers_nothing_while_it_is_open(waiting) -> None:
    waiting.tap("amelie")
    assert not waiting.relay
    waiting.refuse_ask(Reason.INVALID)
    assert waiting.outcomes[-1].allowed is False


def test_after_ninety_seconds_it_is_over(waiting) -> None:
    waiting.pass_s(91)
    assert waiting.tap("amelie").action == "start"


def test_the_person_in_session_ends_hers_as_ever(machine) -> None:
    machine.tap("amelie")
    machine.pass_s(31)
    machine.order(OrderKind.ENROL, by="driss", args=ARGS)
    assert machine.relay
    assert machine.tap("amelie").action == "end"


def test_a_phone_that_makes_up_its_number_is_refused(waiting) -> None:
    assert waiting.tap("", bytes.fromhex("08a1b2c3")).reason == "BADGE_RANDOM"


def test_with_the_hub_gone_nothing_is_taken(waiting) -> None:
    waiting.disconnect()
    assert waiting.tap("stranger").reason == "NODE_OFFLINE"
