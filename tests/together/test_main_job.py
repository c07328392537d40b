"""Reserve, badge, power, record: does a member get what he came for, from the first click to the record?"""

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.together.demo import Demo, next_quarter, stamp, until

pytestmark = pytest.mark.mosquitto


def fresh(demo: Demo, machine: str, before: set[str]) -> list[Any]:
    """The sessions of a machine that were not there before."""
    return [one for one in demo.sessions(machine) if one["id"] not in before]


def leave(demo: Demo, node: str, who: str) -> None:
    """Tap out, and wait until the machine's own half minute is over."""
    demo.bench("tap", node=node, uid=demo.uid(who))
    demo.bench("clock", advance_s=31)
    assert demo.node(node)["relay"] is False


def test_amelie_reserves_badges_works_and_finds_her_minutes(demo: Demo) -> None:
    before = {one["id"] for one in demo.sessions("CNC-2")}
    start = next_quarter(demo.now(), 30)
    made = demo.slot("maker", "CNC-2", start, 60)
    assert made.status == 201, made.text
    reservation = made.json["id"]
    demo.advance_to(start + timedelta(seconds=5))

    tapped = demo.bench("tap", node="cnc-2", uid=demo.uid("maker"))
    assert tapped["allowed"], tapped
    assert tapped["action"] == "start"
    assert tapped["phase"] == "in-use"
    assert tapped["relay"] is True
    assert demo.node("cnc-2")["relay"] is True

    assert until(lambda: demo.ask("GET", "/api/v1/machines/CNC-2").json["phase"] == "in-use", 2)
    running = until(lambda: fresh(demo, "CNC-2", before))[0]
    assert running["end"] is None
    assert running["minutes"] is None
    assert running["reservation"] == reservation

    demo.bench("clock", advance_s=20 * 60)
    ended = demo.bench("tap", node="cnc-2", uid=demo.uid("maker"))
    assert ended["action"] == "end"
    assert demo.node("cnc-2")["relay"] is False
    done = until(lambda: [one for one in fresh(demo, "CNC-2", before) if one["end"]])
    assert len(done) == 1
    assert done[0]["minutes"] == 20
    assert done[0]["end_reason"] == "badge-out"
    assert done[0]["end_quality"] == "exact"
    demo.advance_to(start + timedelta(minutes=60, seconds=1))  # the rest of the slot is still hers


def test_the_laser_breathes_before_it_burns(demo: Demo) -> None:
    tapped = demo.bench("tap", node="las-1", uid=demo.uid("maker"))
    assert tapped["allowed"], tapped
    assert tapped["phase"] == "starting"
    assert tapped["relay"] is False
    assert demo.node("las-1")["extraction"] is True
    demo.bench("clock", advance_s=44 - 10)
    assert demo.node("las-1")["relay"] is False
    demo.bench("clock", advance_s=15)
    assert demo.node("las-1")["relay"] is True
    demo.bench("tap", node="las-1", uid=demo.uid("maker"))
    assert demo.node("las-1")["phase"] == "ending"  # the job may finish: nothing turned for less than 30 s
    demo.bench("clock", advance_s=31)
    node = demo.node("las-1")
    assert (node["relay"], node["extraction"], node["phase"]) == (False, True, "run-on")
    demo.bench("clock", advance_s=200)
    assert demo.node("las-1")["extraction"] is False


def test_a_walk_up_is_booked_by_the_hub_in_the_same_answer(demo: Demo) -> None:
    before = {one["id"] for one in demo.sessions("3DP-1")}
    tapped = demo.bench("tap", node="3dp-1", uid=demo.uid("second"))
    assert tapped["allowed"], tapped
    session = until(lambda: [one for one in fresh(demo, "3DP-1", before) if one["reservation"]])[0]
    shown = demo.api("second", "GET", f"/reservations/{session['reservation']}").json
    assert shown["kind"] == "walkup"
    length = datetime.fromisoformat(shown["end"]) - datetime.fromisoformat(shown["start"])
    assert timedelta(minutes=10) <= length <= timedelta(minutes=31)
    leave(demo, "3dp-1", "second")


def test_a_member_without_the_certificate_is_refused_with_every_reason_on_page_and_machine(
    demo: Demo,
) -> None:
    tapped = demo.bench("tap", node="cnc-2", uid=demo.uid("newcomer"))
    assert tapped["allowed"] is False
    assert tapped["action"] == "refuse"
    assert tapped["relay"] is False
    assert tapped["reason"] == "CERT_MISSING"
    why = demo.api("newcomer", "GET", "/machines/CNC-2/decision").json
    assert why["allowed"] is False
    assert [one["code"] for one in why["objections"]] == [one["code"] for one in tapped["objections"]]
    assert all(one["message"] for one in why["objections"])
    assert any(one["next"] for one in why["objections"])
    booked = demo.slot("newcomer", "CNC-2", next_quarter(demo.now(), 30) + timedelta(days=1))
    assert booked.status == 422
    assert "CERT_MISSING" in [one["code"] for one in booked.json["objections"]]


def test_the_lapsed_and_the_stranger_are_refused(demo: Demo) -> None:
    assert demo.bench("tap", node="cnc-2", uid=demo.uid("lapsed"))["reason"] == "MEMBER_EXPIRED"
    assert demo.bench("tap", node="cnc-2", uid="04D00DFEEDBEEF")["reason"] == "BADGE_UNKNOWN"


def test_a_granted_certificate_opens_the_machine_and_a_revoked_one_closes_it(demo: Demo) -> None:
    newcomer = demo.me("newcomer")
    granted = demo.api(
        "trainer", "POST", "/certificates", {"member": newcomer, "course": "3DP1"}, scope="certify"
    )
    assert granted.status == 201, granted.text
    uid = demo.uid("newcomer")
    assert until(lambda: demo.bench("tap", node="3dp-1", uid=uid)["allowed"], 2)
    assert demo.node("3dp-1")["relay"] is True

    revoked = demo.api(
        "trainer",
        "POST",
        f"/certificates/{granted.json['id']}/revoke",
        {"reason": "was granted by mistake"},
        scope="certify",
    )
    assert revoked.status == 200, revoked.text
    assert until(lambda: demo.node("3dp-1")["phase"] != "in-use", 2)  # told to stop, by the machine's policy
    demo.bench("clock", advance_s=60)  # nothing turns: half a minute later the power goes
    assert demo.node("3dp-1")["relay"] is False
    assert demo.bench("tap", node="3dp-1", uid=uid)["reason"] == "CERT_REVOKED"


def test_a_lockout_cuts_and_is_in_force_only_when_its_record_has_come(demo: Demo) -> None:
    demo.bench("clock", advance_s=60)
    assert demo.bench("tap", node="cnc-2", uid=demo.uid("maker"))["allowed"]
    locked = demo.api("manager", "POST", "/lockouts", {"machine": "CNC-2", "reason": "belt"}, scope="staff")
    assert locked.status == 201, locked.text
    assert until(lambda: not demo.node("cnc-2")["relay"], 2)
    path = f"/lockouts/{locked.json['id']}"
    assert until(lambda: demo.api("manager", "GET", path, scope="staff").json["in_force"], 5)
    assert demo.bench("tap", node="cnc-2", uid=demo.uid("second"))["reason"] == "LOCKOUT"
    assert until(lambda: [s for s in demo.sessions("CNC-2") if s["end_reason"] == "lockout"])
    lifted = demo.api("manager", "POST", f"{path}/lift", {"reason": "belt is new"}, scope="staff")
    assert lifted.status == 200, lifted.text
    assert until(lambda: "lockout" not in demo.node("cnc-2")["inhibits"], 5)
    assert demo.node("cnc-2")["relay"] is False  # lifting never starts a machine


def test_time_may_pass_for_a_day_and_the_nodes_hold_a_fresh_view(demo: Demo) -> None:
    before = demo.now()
    demo.bench("clock", advance_s=86_400)
    assert demo.now() - before >= timedelta(days=1)
    assert all(node["online"] for node in demo.state()["nodes"].values())
    assert demo.bench("tap", node="3dp-1", uid=demo.uid("maker"))["allowed"]
    leave(demo, "3dp-1", "maker")


def test_a_slot_that_somebody_has_is_409_with_alternatives(demo: Demo) -> None:
    start = next_quarter(demo.now(), 30) + timedelta(days=1)
    made = demo.slot("maker", "3DP-2", start, 60)
    assert made.status == 201, made.text
    again = demo.slot("second", "3DP-2", start, 60)
    assert again.status == 409
    assert again.json["code"] == "OVERLAP"
    assert len(again.json["alternatives"]) == 3
    assert stamp(start) not in [
        one["start"] for one in again.json["alternatives"] if one["machine"] == "3DP-2"
    ]
    demo.api("maker", "DELETE", f"/reservations/{made.json['id']}")  # the other stories book, too
