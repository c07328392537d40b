"""The acceptance scenarios that happen at the machine, by their numbers in the rules.

A real doorman and a real keeper, a hub played by hand. The hub's half of each stands in tests/hub and tests/core.
"""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from core.calendars import Opening
from core.company import Company
from core.grants import MachinePolicy, Refusal
from core.vocabulary import Audience, LockKind, Reason, ReservationKind, Risk
from core.wire.messages import Lock
from tests.node.doorman.conftest import LASER, Machine, booking, grant, key

MINUTE_S = 60
PRINTER = MachinePolicy(
    id="LAS-1", lab="adc", name="MK4", family="fdm", risk=Risk.MEDIUM, idle_max_min=30, run_on_s=0
)
NIGHT = replace(booking("amelie", 210, 900), kind=ReservationKind.UNATTENDED)  # 17:30 to 05:00


class Edges:
    """Every movement of relay and extraction from now on."""

    def __init__(self, machine: Machine) -> None:
        self.relay: list[bool] = []
        self.extraction: list[bool] = []
        hardware = machine.hardware
        set_relay, set_extraction = hardware.set_relay, hardware.set_extraction

        def relay(*, closed: bool) -> None:
            self.relay.append(closed)
            set_relay(closed=closed)

        def extraction(*, on: bool) -> None:
            self.extraction.append(on)
            set_extraction(on=on)

        hardware.set_relay, hardware.set_extraction = relay, extraction


def ends(machine: Machine) -> list[str]:
    return [record["data"]["reason"] for record in machine.records("session-end")]


def at_slot_end(machine: Machine) -> Edges:
    """Amelie cuts, and it is 15:00, Bram's hour."""
    machine.tap("amelie")
    machine.contact(busy=True)
    edges = Edges(machine)
    machine.leap_s(60 * MINUTE_S)
    machine.answer_hello()
    machine.settle()
    machine.pass_s(1)
    return edges


def test_s12_at_the_end_of_her_slot_nothing_is_cut_and_power_goes_at_the_first_thirty_idle_seconds(machine):
    edges = at_slot_end(machine)
    machine.pass_s(19 * MINUTE_S + 58)
    assert edges.relay == []
    assert machine.records("overrun") == []
    machine.pass_s(2)  # 15:20: staff are called, and nothing is cut
    assert len(machine.records("overrun")) == 1
    machine.contact(busy=False)
    machine.pass_s(29)
    assert edges.relay == []
    machine.pass_s(2)
    assert edges.relay == [False]
    assert ends(machine) == ["slot-end"]


def test_s13_brams_tap_closes_idle_amelies_session_and_the_extraction_never_stops(machine):
    edges = at_slot_end(machine)
    machine.contact(busy=False)
    machine.pass_s(3)
    assert machine.tap("bram").action == "handover"
    assert (edges.relay, edges.extraction) == ([], [])
    ended, started = machine.records("session-end")[-1], machine.records("session-start")[-1]
    assert ended["at"] == started["at"]
    assert started["data"]["who"] == "bram"


def test_s16_chloe_lacks_the_certificate_and_reads_it_in_her_language_while_the_relay_stays_open(machine):
    machine.disconnect()
    outcome = machine.tap("chloe")
    assert "CERT_MISSING" in [one["code"] for one in outcome.objections]
    assert not machine.relay
    (tap,) = machine.records("tap")
    assert tap["data"]["allowed"] is False


def test_s17_an_expired_certificate_is_named_by_the_node_too(machine):
    machine.disconnect()
    machine.send_view(refusals={key("chloe"): (Refusal(Reason.CERT_EXPIRED, {"course": "LAS1"}),)})
    outcome = machine.tap("chloe")
    assert outcome.objections[0] == {"code": "CERT_EXPIRED", "params": {"course": "LAS1"}}


def company(machine: Machine, *hours: int, buddy: str = "always") -> None:
    """The hub says who is there: so many, each for so many hours."""
    ends = tuple(machine.clock.wall() + timedelta(hours=one) for one in hours)
    machine.send_view(machine=replace(LASER, buddy=buddy), company=Company(ends))
    machine.settle()


def test_s24_alone_is_refused_and_a_second_check_in_lets_her_in(machine):
    company(machine, 4)
    machine.disconnect()
    assert machine.tap("amelie").reason == "BUDDY"
    assert not machine.relay
    company(machine, 4, 4)
    assert machine.tap("amelie").allowed


def test_s24_she_is_one_of_the_two_and_never_her_own_company(machine):
    end = machine.clock.wall() + timedelta(hours=4)
    policy = replace(LASER, buddy="always")
    machine.send_view(machine=policy, company=Company((end,), (), ("amelie",)))
    machine.disconnect()
    assert machine.tap("amelie").reason == "BUDDY"
    machine.send_view(machine=policy, company=Company((end,), (), ("max",)))
    assert machine.tap("amelie").allowed
    machine.pass_s(6 * MINUTE_S)
    assert machine.state.phase == "in-use" or machine.relay


def test_s24_when_the_second_leaves_she_is_told_her_job_is_let_finish_and_nobody_starts(machine):
    company(machine, 4, 4)
    machine.tap("amelie")
    machine.contact(busy=True)
    company(machine, 4)
    assert machine.screen == "DENY"
    machine.pass_s(4 * MINUTE_S + 58)
    assert machine.state.phase == "in-use"
    machine.pass_s(3)
    assert machine.state.phase == "ending"
    machine.pass_s(60)
    assert machine.relay  # never cut in the middle
    machine.contact(busy=False)
    machine.pass_s(31)
    assert ends(machine) == ["revoked"]
    machine.disconnect()
    assert machine.tap("amelie").reason == "BUDDY"


def test_s24_who_comes_back_within_the_five_minutes_ends_nothing(machine):
    company(machine, 4, 4)
    machine.tap("amelie")
    company(machine, 4)
    machine.pass_s(2 * MINUTE_S)
    company(machine, 4, 3)
    machine.pass_s(10 * MINUTE_S)
    assert machine.state.phase == "in-use"


def test_s24_a_node_cut_off_counts_nobody_longer_than_the_hub_said(machine):
    company(machine, 4, 1)
    machine.send_view(bookings=(booking("amelie", 0, 180),))
    machine.disconnect()
    assert machine.tap("amelie").allowed
    (started,) = machine.records("session-start")
    assert started["data"]["until"] == "2026-11-24T14:00:00.000Z"  # an hour, as long as the other is there


def guest(machine: Machine, hours: int | None, openings=None) -> None:
    """Amelie is somebody's guest; her host is there for so many hours, or not at all."""
    end = None if hours is None else machine.clock.wall() + timedelta(hours=hours)
    changes = {} if openings is None else {"openings": openings}
    machine.send_view(company=Company(hosts={"amelie": end}), **changes)
    machine.settle()


def test_r22_offline_too_a_guest_starts_only_as_long_as_the_host_is_said_to_be_there(machine):
    guest(machine, None)
    machine.disconnect()
    outcome = machine.tap("amelie")
    assert outcome.objections[0] == {"code": "BUDDY", "params": {"host": 1}}
    assert not machine.relay
    guest(machine, 1)
    machine.send_view(bookings=(booking("amelie", 0, 180),))
    assert machine.tap("amelie").allowed
    (started,) = machine.records("session-start")
    assert started["data"]["until"] == "2026-11-24T14:00:00.000Z"


def test_r22_in_an_openlab_a_guest_needs_no_host_and_its_end_is_hers(machine):
    now = machine.clock.wall()
    public = Opening(now, now + timedelta(minutes=40), Audience.PUBLIC)
    guest(machine, None, (*machine.hub.view.openings, public))
    machine.disconnect()
    assert machine.tap("amelie").allowed
    (started,) = machine.records("session-start")
    assert started["data"]["until"] == "2026-11-24T13:40:00.000Z"


def test_r22_when_the_host_leaves_the_guest_reads_it_and_five_minutes_later_the_job_is_let_finish(machine):
    guest(machine, 3)
    machine.tap("amelie")
    machine.contact(busy=True)
    guest(machine, None)
    assert machine.screen == "DENY"
    machine.pass_s(4 * MINUTE_S + 58)
    assert machine.state.phase == "in-use"
    machine.pass_s(3)
    assert machine.state.phase == "ending"
    assert machine.relay


def test_s25_a_danger_from_the_hub_ends_the_job_in_the_same_turn_and_a_false_alarm_starts_nothing(machine):
    machine.tap("amelie")
    machine.contact(busy=True)
    danger = Lock("danger-1", LockKind.DANGER, None, "staff", "smoke", machine.clock.wall())
    machine.locks, machine.lock_rev = (danger,), machine.lock_rev + 1
    machine.send_locks()
    assert not machine.relay
    assert ends(machine) == ["danger"]
    assert machine.tap("amelie").reason == "MACHINE_DOWN"
    machine.contact(busy=False)
    machine.lift("danger-1")
    machine.pass_s(200)
    assert not machine.relay
    assert machine.tap("amelie").allowed


def test_s25_a_members_report_from_afar_blocks_starts_and_cuts_no_running_job(machine):
    machine.tap("amelie")
    machine.contact(busy=True)
    out = Lock("out-1", LockKind.OUT, "chloe", "chloe", "smells", machine.clock.wall())
    machine.locks, machine.lock_rev = (out,), machine.lock_rev + 1
    machine.send_locks()
    machine.pass_s(10 * MINUTE_S)
    assert machine.relay  # it cuts: it is let finish
    machine.contact(busy=False)
    machine.pass_s(31)
    assert not machine.relay
    assert machine.tap("amelie").reason == "MACHINE_DOWN"


def test_s26_drisss_lockout_goes_when_the_manager_lifts_it_at_the_hub_and_by_nobody_elses_badge(machine):
    machine.lock_out("driss")
    assert machine.tap("amelie").reason == "LOCKOUT"
    assert "lock-1" in machine.state.locks.ids
    machine.lift("lock-1")
    assert machine.state.locks.ids == ()
    assert not machine.relay
    (lifted,) = [one for one in machine.records("inhibit-lifted") if one["data"]["lock"] == "lock-1"]
    assert lifted["data"]["inhibit"] == "lockout"
    assert machine.tap("amelie").allowed


def test_s33_with_broker_and_hub_gone_a_view_three_hours_old_gives_power_at_once_and_its_records_come_once(
    machine,
):
    machine.send_view(bookings=(booking("amelie", 150, 240),))
    machine.answer_hello()
    machine.disconnect()
    machine.leap_s(3 * 3600)
    assert machine.tap("amelie").allowed
    assert machine.relay  # in the very turn of the tap: no wait for anybody
    machine.pass_s(31)
    machine.tap("amelie")
    machine.connect()
    taken = machine.take_records()
    assert [one["type"] for one in taken].count("session-start") == 1
    by_journal = [one["seq"] for one in taken if one["type"] != "boot"]
    assert all(later > sooner for sooner, later in pairwise(by_journal))


def test_s35_after_the_mains_the_relay_is_off_and_the_same_member_taps_again_without_penalty(machine):
    machine.tap("amelie")
    machine.pass_s(125)
    machine.cut_mains()
    assert not machine.relay
    assert ends(machine) == ["interrupted"]
    (ended,) = machine.records("session-end")
    assert ended["data"]["end_quality"] == "estimated"
    machine.pass_s(300)
    assert not machine.relay  # nothing starts by itself
    again = machine.tap("amelie")
    assert (again.allowed, again.action) == (True, "start")
    assert machine.records("session-start")[-1]["data"]["reservation"] == "amelie-slot"


@pytest.fixture
def night(machine: Machine) -> Machine:
    """17:30: Amelie, who holds 3DPN, starts a print that runs to the morning."""
    machine.send_view(machine=PRINTER, bookings=(NIGHT,))
    machine.leap_s(210 * MINUTE_S)
    machine.answer_hello()
    machine.settle()
    assert machine.tap("amelie").allowed
    machine.contact(busy=True)
    return machine


def test_s37_nobody_looked_by_ten_to_six_staff_are_told_and_it_is_no_print_left_alone(night):
    night.pass_s(20 * MINUTE_S - 2)
    assert night.records("report") == []
    night.pass_s(3)
    (report,) = night.records("report")
    assert (report["data"]["category"], report["data"]["who"]) == ("first-layer", "amelie")
    assert night.relay


def test_s37_who_looked_leaves_it_and_fifteen_idle_minutes_later_it_is_off(night):
    night.pass_s(10 * MINUTE_S)
    assert night.tap("amelie").action == "stay"
    night.leap_s(10 * 3600)
    night.answer_hello()
    night.pass_s(10)
    assert night.relay
    night.contact(busy=False)
    night.pass_s(15 * MINUTE_S - 2)
    assert night.relay
    night.pass_s(3)
    assert not night.relay
    assert ends(night) == ["idle"]
    assert night.records("report") == []


def test_s39_a_lost_badge_reads_neutral_and_names_nobody(machine):
    machine.disconnect()
    machine.send_view(refusals={key("chloe"): (Refusal(Reason.BADGE_LOST),)}, bookings=())
    outcome = machine.tap("chloe")
    assert [one["code"] for one in outcome.objections] == ["BADGE_LOST"]
    assert not any("Chloe" in line for line in machine.lines)
    (tap,) = machine.records("tap")
    assert "who" not in tap["data"] or tap["data"]["who"] is None


def test_s44_who_expires_at_midnight_finishes_her_job_and_is_refused_at_the_next_tap(machine):
    expires = machine.clock.wall() + timedelta(minutes=30)
    machine.send_view(grants={key("amelie"): replace(grant("amelie"), until=expires)})
    machine.tap("amelie")
    machine.contact(busy=True)
    machine.leap_s(31 * MINUTE_S)
    machine.answer_hello()
    machine.send_view(grants={}, refusals={key("amelie"): (Refusal(Reason.MEMBER_EXPIRED),)})
    machine.pass_s(60)
    assert machine.relay  # the job is let finish, as at the end of a slot
    machine.contact(busy=False)
    machine.pass_s(31)
    assert ends(machine) == ["slot-end"]
    assert machine.tap("amelie").reason == "MEMBER_EXPIRED"


def test_the_machine_of_the_scenarios_is_a_dangerous_one():
    assert LASER.risk is Risk.HIGH
