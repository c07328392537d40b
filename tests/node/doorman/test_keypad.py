"""Amelie's badge and her code: who is asked, what travels, and what happens without a keypad or a hub (R57)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.vocabulary import Purpose, Reason, Risk
from core.wire.messages import Ask, Objected
from core.wire.seal import found
from node.doorman.events import PinTyped
from tests.node.doorman.conftest import KEYS, LASER, TUESDAY, Machine, grant, key
from tests.node.doorman.test_buttons import push
from tests.node.doorman.test_supervising import people, session

PIN = "4071"
AMELIE = {"who": "amelie", "name": "Amelie", "lang": "fr", "until": None, "roles": ["member"], "pin": True}


@pytest.fixture
def guarded(machine: Machine) -> Machine:
    """The laser wants a code beside the badge; a tablet stands there."""
    machine.give_keypad()
    amelie = replace(grant("amelie", lang="en"), pin=True)
    grants = {**machine.hub.view.grants, amelie.key: amelie}
    machine.send_view(machine=replace(LASER, needs_pin=True), grants=grants)
    return machine


def type_in(machine: Machine, digits: str = PIN) -> None:
    machine.hear(PinTyped(digits, machine.clock.monotonic_ms()))


def allow(machine: Machine) -> None:
    machine.answer_ask(allowed=True, until=TUESDAY + timedelta(hours=1), grant=AMELIE)


def test_the_badge_alone_is_asked_for_its_code_and_powers_nothing(guarded) -> None:
    outcome = guarded.tap("amelie")
    assert (outcome.allowed, outcome.reason) == (False, "PIN_NEEDED")
    assert guarded.screen == "PIN"
    assert guarded.link.last(Ask) is None
    assert not guarded.relay


def test_the_code_goes_hidden_to_the_hub_and_its_yes_starts_the_machine(guarded) -> None:
    guarded.tap("amelie")
    guarded.pass_s(20)  # a code takes longer than the five seconds that a tap is good for
    type_in(guarded)
    asked = guarded.link.last(Ask)
    assert (asked.purpose, asked.badge.key) == (Purpose.USE, key("amelie"))
    assert PIN not in asked.secret
    assert found(KEYS.conceal, asked.secret, asked.nonce) == PIN.encode()
    allow(guarded)
    assert guarded.outcomes[-1].allowed
    assert guarded.relay


def test_a_wrong_code_says_so_and_may_be_typed_again(guarded) -> None:
    guarded.tap("amelie")
    type_in(guarded, "1111")
    guarded.refuse_ask(Reason.PIN_NEEDED)
    assert guarded.screen == "PIN_WRONG"
    type_in(guarded)
    allow(guarded)
    assert guarded.relay


def test_a_silent_hub_means_no_and_the_node_never_decides_alone_about_a_code(guarded) -> None:
    guarded.tap("amelie")
    type_in(guarded)
    guarded.pass_s(1)
    assert guarded.outcomes[-1].reason == "PIN_NEEDED"
    assert not guarded.relay


def test_offline_the_code_cannot_be_asked_and_the_text_says_where_to_go(guarded) -> None:
    guarded.disconnect()
    assert guarded.tap("amelie").reason == "PIN_NEEDED"
    assert guarded.screen == "DENY"
    assert guarded.lines[:2] == ("PIN needed", "See the front desk")
    type_in(guarded)
    assert not guarded.relay


def test_without_a_tablet_there_is_nothing_to_type_on(guarded) -> None:
    guarded.give_keypad(fitted=False)
    assert guarded.tap("amelie").reason == "PIN_NEEDED"
    assert guarded.screen == "DENY"


@pytest.mark.parametrize("after_s", [30, 300])
def test_after_half_a_minute_nobody_waits_for_a_code_any_more(guarded, after_s: int) -> None:
    guarded.tap("amelie")
    guarded.pass_s(after_s)
    type_in(guarded)
    assert guarded.link.last(Ask) is None


def test_another_badge_on_the_reader_ends_the_wait(guarded) -> None:
    guarded.tap("amelie")
    guarded.tap("stranger")
    guarded.pass_s(1)
    told = len(guarded.outcomes)
    type_in(guarded)
    assert len(guarded.outcomes) == told


def test_a_code_that_nobody_asked_for_is_not_sent_anywhere(guarded) -> None:
    type_in(guarded)
    assert guarded.link.last(Ask) is None


def test_she_ends_her_session_without_a_code(guarded) -> None:
    guarded.tap("amelie")
    type_in(guarded)
    allow(guarded)
    guarded.pass_s(40)
    assert guarded.tap("amelie").action == "end"


def test_a_supervisor_without_a_second_factor_types_his_code(machine: Machine) -> None:
    machine.give_keypad()
    linked = people(machine, risk=Risk.HIGH)
    linked.tap("emma")
    linked.tap("driss")
    unsure = Objected(Reason.SUPERVISOR_INVALID, {"why": "presence"})
    linked.answer_ask(allowed=False, objections=(unsure, Objected(Reason.PIN_NEEDED, {})))
    assert linked.screen == "PIN"
    linked.pass_s(10)
    type_in(linked)
    asked = linked.link.last(Ask)
    assert (asked.purpose, asked.badge.key) == (Purpose.SUPERVISE, key("driss"))
    assert asked.secret is not None
    linked.answer_ask(allowed=True, until=TUESDAY + timedelta(hours=1))
    assert (session(linked)["who"], session(linked)["responsible"]) == ("emma", "driss")
    assert linked.relay


def test_without_a_keypad_he_reads_how_to_say_that_he_is_there(machine: Machine) -> None:
    linked = people(machine, risk=Risk.HIGH)
    linked.tap("emma")
    linked.tap("driss")
    linked.answer_ask(allowed=False, objections=(Objected(Reason.SUPERVISOR_INVALID, {"why": "presence"}),))
    assert linked.outcomes[-1].reason == "SUPERVISOR_INVALID"
    assert linked.lines[:2] == ("Presence unconfirmed", "Confirm on your page")


# -- a trainer's code makes a signature final


@pytest.fixture
def signing(machine: Machine) -> Machine:
    """Driss trains, Emma learns; a tablet stands there and a sign-off is open."""
    machine.give_keypad()
    linked = people(machine, risk=Risk.HIGH)
    push(linked)
    linked.tap("driss")
    return linked


def test_a_trainer_who_has_a_code_may_type_it_after_his_badge_and_the_list_goes_on(signing) -> None:
    asked = signing.link.last(Ask)
    assert (asked.purpose, asked.badge.key, asked.secret) == (Purpose.SIGN_OFF, key("driss"), None)
    signing.refuse_ask(Reason.PIN_NEEDED)
    assert signing.screen == "PIN"
    type_in(signing, "1111")
    signing.refuse_ask(Reason.PIN_NEEDED)
    assert signing.screen == "PIN_WRONG"
    type_in(signing)
    asked = signing.link.last(Ask)
    assert found(KEYS.conceal, asked.secret, asked.nonce) == PIN.encode()
    signing.answer_ask(allowed=True, until=TUESDAY + timedelta(hours=1))
    assert signing.screen == "SIGN_OFF"
    sign(signing)


def sign(machine: Machine) -> None:
    machine.tap("emma")
    for _ in range(3):
        push(machine)
    assert [one["data"]["trainee"] for one in machine.records("sign-off")] == ["emma"]
    assert not machine.relay


def test_he_need_not_type_it(signing) -> None:
    signing.refuse_ask(Reason.PIN_NEEDED)
    sign(signing)


def test_a_trainer_without_a_code_and_a_silent_hub_hold_nobody_up(signing) -> None:
    signing.pass_s(1)
    assert signing.screen == "SIGN_OFF"
    sign(signing)
