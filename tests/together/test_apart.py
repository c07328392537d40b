"""Hub stopped, broker killed, mains cut: does the machine go on as it should, and is nothing lost or doubled?"""

import os
import signal
from datetime import datetime

import pytest

from tests.together.demo import Demo, until

pytestmark = pytest.mark.mosquitto


def tap(demo: Demo, node: str, uid: str) -> dict[str, object]:
    """Over the launcher's own line: the bench's page is gone with the hub."""
    answer: dict[str, object] = demo.line.call("tap", node=node, uid=uid)
    return answer


def advance(demo: Demo, seconds: float) -> None:
    demo.line.call("advance", advance_s=seconds)


def hub_is_back(demo: Demo) -> bool:
    try:
        return demo.ask("GET", "/bench/state").status == 200
    except OSError:
        return False


def new_sessions(demo: Demo, machine: str, before: set[str]) -> list[dict[str, object]]:
    return [one for one in demo.sessions(machine) if one["id"] not in before]


@pytest.mark.parametrize("broker_dies", [False, True], ids=["hub stopped", "hub stopped and broker killed"])
def test_known_badges_work_without_the_hub_and_their_records_come_once_in_order(
    demo: Demo, broker_dies: bool
) -> None:
    maker, second = demo.uid("maker"), demo.uid("second")
    before = {one["id"] for one in demo.sessions("3DP-1")}
    demo.line.call("cut", names=["hub"])
    if broker_dies:
        broker = demo.pids()["broker"]
        os.kill(broker, signal.SIGKILL)
        assert until(lambda: demo.pids().get("broker", broker) != broker)
    for who in (maker, second):
        assert tap(demo, "3dp-1", who)["allowed"], "decided from the view alone"
        assert demo.node("3dp-1")["relay"] is True
        advance(demo, 300)
        assert tap(demo, "3dp-1", who)["action"] == "end"
        assert demo.node("3dp-1")["relay"] is False
        advance(demo, 10)
    assert tap(demo, "3dp-1", "04D00DFEEDBEEF")["reason"] == "BADGE_UNKNOWN"

    demo.line.call("give", names=["hub"])
    assert until(lambda: hub_is_back(demo), 30)
    assert until(lambda: len([s for s in new_sessions(demo, "3DP-1", before) if s["end"]]) == 2, 30)
    first, last = sorted(new_sessions(demo, "3DP-1", before), key=lambda one: str(one["start"]))
    assert [one["minutes"] for one in (first, last)] == [5, 5]
    assert datetime.fromisoformat(str(first["end"])) <= datetime.fromisoformat(str(last["start"]))
    assert until(lambda: demo.node("3dp-1")["online"], 20)


def test_a_broker_killed_in_a_session_costs_nothing(demo: Demo) -> None:
    maker = demo.uid("maker")
    before = {one["id"] for one in demo.sessions("CNC-2")}
    assert demo.bench("tap", node="cnc-2", uid=maker)["allowed"]
    for _ in range(2):
        broker = demo.pids()["broker"]
        os.kill(broker, signal.SIGKILL)
        assert until(lambda old=broker: demo.pids().get("broker", old) != old)
    assert demo.node("cnc-2")["relay"] is True
    demo.bench("clock", advance_s=240)
    assert tap(demo, "cnc-2", maker)["action"] == "end"
    assert until(lambda: [s for s in new_sessions(demo, "CNC-2", before) if s["end"]], 30)
    assert [one["minutes"] for one in new_sessions(demo, "CNC-2", before)] == [4]


def test_a_pulled_cable_leaves_the_session_and_its_end(demo: Demo) -> None:
    maker = demo.uid("maker")
    before = {one["id"] for one in demo.sessions("3DP-1")}
    assert demo.bench("tap", node="3dp-1", uid=maker)["allowed"]
    demo.bench("link", node="3dp-1", up=False)
    assert demo.state()["nodes"]["3dp-1"]["online"] is False
    demo.bench("clock", advance_s=120)
    assert demo.node("3dp-1")["relay"] is True
    demo.bench("tap", node="3dp-1", uid=maker)
    assert demo.node("3dp-1")["relay"] is False
    demo.bench("link", node="3dp-1", up=True)
    assert demo.state()["nodes"]["3dp-1"]["online"] is True
    assert until(lambda: [s for s in new_sessions(demo, "3DP-1", before) if s["end"]], 20)
    assert [one["minutes"] for one in new_sessions(demo, "3DP-1", before)] == [2]


def test_after_a_power_cut_the_relay_stays_open_until_a_new_tap(demo: Demo) -> None:
    maker = demo.uid("maker")
    before = {one["id"] for one in demo.sessions("CNC-2")}
    assert demo.bench("tap", node="cnc-2", uid=maker)["allowed"]
    demo.bench("clock", advance_s=60)
    demo.bench("power", node="cnc-2", on=False)
    dark = demo.state()["nodes"]["cnc-2"]
    assert (dark["relay"], dark["extraction"], dark["phase"], dark["powered"]) == (False, False, None, False)
    assert demo.ask("POST", "/bench/tap", {"node": "cnc-2", "uid": maker}).status == 409
    demo.bench("power", node="cnc-2", on=True)
    assert demo.node("cnc-2")["relay"] is False
    assert until(
        lambda: [s for s in new_sessions(demo, "CNC-2", before) if s["end_reason"] == "interrupted"], 20
    )
    again = demo.bench("tap", node="cnc-2", uid=maker)
    assert again["allowed"], again
    assert again["action"] == "start"
    demo.bench("tap", node="cnc-2", uid=maker)
    demo.bench("clock", advance_s=31)


def test_the_emergency_stop_cuts_and_nothing_starts_by_itself_when_it_is_released(demo: Demo) -> None:
    second = demo.uid("second")
    assert demo.bench("tap", node="las-1", uid=second)["allowed"]
    demo.bench("clock", advance_s=46)  # the extraction runs before the laser does
    assert demo.node("las-1")["relay"] is True
    demo.bench("watts", node="las-1", watts=90)
    assert demo.node("las-1")["watts"] == 90
    demo.bench("input", node="las-1", input="estop", on=True)
    assert until(lambda: not demo.node("las-1")["relay"], 2)
    assert demo.node("las-1")["watts"] == 0
    assert demo.bench("tap", node="las-1", uid=second)["reason"] == "ESTOP"
    demo.bench("input", node="las-1", input="estop", on=False)
    demo.bench("clock", advance_s=300)
    assert demo.node("las-1")["relay"] is False
    assert "estop" in demo.node("las-1")["inhibits"]  # latched until staff reset it


def test_a_doorman_killed_in_a_session_leaves_the_relay_and_a_killed_keeper_opens_it(demo: Demo) -> None:
    second = demo.uid("second")
    assert demo.bench("tap", node="cnc-2", uid=second)["allowed"]
    doorman = demo.pids()["doorman cnc-2"]
    os.kill(doorman, signal.SIGKILL)
    assert until(lambda: demo.pids().get("doorman cnc-2", doorman) != doorman)
    assert until(lambda: demo.node("cnc-2")["phase"] == "in-use", 20)
    assert demo.node("cnc-2")["relay"] is True
    keeper = demo.pids()["keeper cnc-2"]
    os.kill(keeper, signal.SIGKILL)
    assert until(lambda: not demo.node("cnc-2")["relay"], 5)
    assert until(lambda: demo.pids().get("keeper cnc-2", keeper) != keeper)
    assert until(lambda: demo.node("cnc-2")["phase"] == "idle", 20)
    assert demo.node("cnc-2")["relay"] is False
