"""Driss signs Emma's practical part at the machine: two badges, a list, no power."""

from dataclasses import replace

import pytest

from core.grants import Refusal
from core.vocabulary import GrantLevel, Reason, ReservationKind
from tests.node.doorman.conftest import LASER, Machine, booking, grant, key
from tests.node.doorman.test_buttons import push

LACK = Refusal(Reason.CERT_MISSING, {"course": "LAS1", "step": "theory"})


@pytest.fixture
def bench(machine: Machine) -> Machine:
    """A laser offline; Driss trains, Emma learns, Amelie has her certificate."""
    driss = replace(grant("driss"), level=GrantLevel.TRAINER)
    emma = replace(grant("emma"), level=GrantLevel.SUPERVISED)
    known = (driss, emma, grant("amelie"))
    machine.send_view(
        machine=replace(LASER, needs=("LAS1",)),
        grants={one.key: one for one in known},
        refusals={key("emma"): (LACK,)},
        bookings=(),
    )
    machine.disconnect()
    return machine


def signed(machine: Machine) -> list[dict]:
    return [record["data"] for record in machine.records("sign-off")]


def sign(machine: Machine) -> None:
    push(machine)
    machine.tap("driss")
    machine.tap("emma")
    for _ in range(3):
        push(machine)


def test_trainer_trainee_and_three_confirmed_items_make_a_record_and_no_power(bench) -> None:
    push(bench)
    assert (bench.screen, bench.lines[0]) == ("SIGN_OFF", "Training sign-off")
    assert bench.tap("driss").action == "sign-off"
    assert bench.tap("emma").action == "sign-off"
    assert bench.screen == "CHECK"
    push(bench)
    push(bench)
    assert signed(bench) == []
    push(bench)
    claim = {"trainer": "driss", "trainee": "emma", "course": "LAS1", "checks": ["stop", "risks", "alone"]}
    assert signed(bench) == [claim | {"session": None}]
    assert bench.screen == "SIGNED"
    assert bench.records("session-start", "power-on") == []


@pytest.mark.parametrize("after_s", [61, 600])
def test_a_minute_without_the_second_badge_ends_it(bench, after_s: int) -> None:
    push(bench)
    bench.tap("driss")
    bench.pass_s(after_s)
    outcome = bench.tap("emma")
    assert outcome.reason == "CERT_MISSING"
    assert signed(bench) == []


def test_an_item_that_nobody_confirms_within_a_minute_signs_nothing(bench) -> None:
    push(bench)
    bench.tap("driss")
    bench.tap("emma")
    push(bench)
    bench.pass_s(61)
    push(bench)
    push(bench)
    assert signed(bench) == []


def test_amelie_is_no_trainer(bench) -> None:
    push(bench)
    assert bench.tap("amelie").reason == "SUPERVISOR_INVALID"


def test_nobody_signs_for_himself_with_a_second_badge_neither(bench) -> None:
    other = replace(grant("driss"), key=key("chloe"), level=GrantLevel.SUPERVISED)
    bench.connect()
    bench.send_view(grants={**bench.hub.view.grants, other.key: other})
    push(bench)
    bench.tap("driss")
    assert bench.tap("chloe").reason == "SUPERVISOR_INVALID"
    assert signed(bench) == []


def test_who_has_the_certificate_needs_no_signature(bench) -> None:
    push(bench)
    bench.tap("driss")
    assert bench.tap("amelie").reason == "INVALID"


def test_outside_a_training_three_an_hour_are_the_most_and_in_one_twelve(bench) -> None:
    for _ in range(3):
        sign(bench)
    push(bench)
    assert bench.tap("driss").reason == "RATE_LIMITED"
    bench.connect()
    bench.send_view(bookings=(replace(booking("driss", 0, 120), kind=ReservationKind.TRAINING),))
    bench.disconnect()
    bench.pass_s(61)
    for _ in range(9):
        sign(bench)
    assert len(signed(bench)) == 12
    push(bench)
    assert bench.tap("driss").reason == "RATE_LIMITED"


def test_while_somebody_has_the_machine_the_button_is_for_time_and_signs_nothing(bench) -> None:
    bench.connect()
    bench.send_view(bookings=(booking("amelie", 0, 60),))
    bench.disconnect()
    bench.tap("amelie")
    push(bench)
    assert bench.tap("amelie").action == "end"


LID = {"id": "lid", "fr": "Couvercle: vérifié ?", "nl": "Deksel: nagekeken?", "en": "Lid: checked?"}
FIRE = {"id": "fire", "fr": "Feu: que faire ?", "nl": "Brand: wat doen?", "en": "Fire: what to do?"}


@pytest.fixture
def listed(bench: Machine) -> Machine:
    """The course has a list of its own: two items."""
    bench.connect()
    bench.send_view(checklists={"LAS1": (LID, FIRE)})
    bench.disconnect()
    return bench


def test_each_course_has_its_own_list_offline_too_and_it_is_what_is_written_down(listed) -> None:
    push(listed)
    listed.tap("driss")
    listed.tap("emma")
    assert listed.lines[:2] == ("1/2 Check:", "Lid: checked?")
    push(listed)
    assert listed.lines[:2] == ("2/2 Check:", "Fire: what to do?")
    push(listed)
    assert [one["checks"] for one in signed(listed)] == [["lid", "fire"]]


@pytest.fixture
def two(listed: Machine) -> Machine:
    """Bram learns too."""
    listed.connect()
    bram = replace(grant("bram"), level=GrantLevel.SUPERVISED)
    listed.send_view(
        grants={**listed.hub.view.grants, bram.key: bram},
        refusals={**listed.hub.view.refusals, bram.key: (LACK,)},
    )
    listed.disconnect()
    return listed


def test_two_trainees_who_tap_quickly_get_two_lists_in_their_order(two) -> None:  # E17
    push(two)
    two.tap("driss")
    two.tap("emma")
    assert two.tap("bram").action == "sign-off"
    push(two)
    push(two)
    assert [one["trainee"] for one in signed(two)] == ["emma"]
    assert two.screen == "SIGN_OFF"
    assert "Bram" in " ".join(two.lines)
    push(two)
    assert len(signed(two)) == 1  # nothing is signed for him without another tap of the trainer
    two.tap("driss")
    push(two)
    push(two)
    assert [one["trainee"] for one in signed(two)] == ["emma", "bram"]


def test_a_class_that_a_power_cut_interrupts_keeps_who_was_signed_and_goes_on(two) -> None:  # E18
    push(two)
    two.tap("driss")
    two.tap("emma")
    two.tap("bram")
    push(two)
    push(two)
    two.restart_doorman(ntp=True)
    assert [one["trainee"] for one in signed(two)] == ["emma"]
    push(two)
    two.tap("driss")
    two.tap("bram")
    push(two)
    push(two)
    assert [one["trainee"] for one in signed(two)] == ["emma", "bram"]


def test_a_sign_off_opened_by_mistake_ends_with_a_second_push_and_the_machine_is_anybodys(bench) -> None:
    push(bench)
    assert bench.screen == "SIGN_OFF"
    push(bench)
    assert bench.screen == "FREE"
    assert bench.tap("amelie").action == "start"
    assert signed(bench) == []


def test_a_push_after_the_trainers_badge_ends_it_too(bench) -> None:
    push(bench)
    bench.tap("driss")
    push(bench)
    assert bench.screen == "FREE"
    assert bench.tap("emma").action == "refuse"
