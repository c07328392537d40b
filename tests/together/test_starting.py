"""Does a demo start, start again, and end without a trace? Each test has a demo of its own."""

import json
import signal
from datetime import datetime, timedelta

import pytest

from tests.together.demo import TUESDAY, Demo, alive, offspring, until

pytestmark = pytest.mark.mosquitto


def test_a_second_start_keeps_the_data_and_goes_on_with_the_clock() -> None:
    first = Demo("--empty").start()
    try:
        start = datetime.fromisoformat(TUESDAY).replace(hour=12, minute=0) + timedelta(days=1)
        made = first.slot("maker", "3DP-2", start)
        assert made.status == 201, made.text
        first.bench("clock", advance_s=3600)
        left_at = first.now()
        assert first.stop() == 0

        earlier = Demo(var=first.var, now="2026-11-20T10:00:00+01:00")
        with pytest.raises(AssertionError, match="earlier"):
            earlier.start()

        second = Demo(var=first.var, now=None).start()
        try:
            assert second.now() >= left_at
            found = second.api("maker", "GET", f"/reservations/{made.json['id']}")
            assert found.status == 200
            assert second.bench("tap", node="cnc-2", uid=second.uid("maker"))["allowed"]
        finally:
            second.stop()
    finally:
        first.stop()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL], ids=lambda one: one.name)
def test_whatever_ends_the_launcher_nobody_is_left(how: int) -> None:
    demo = Demo("--empty").start()
    assert demo.process is not None
    children = offspring(demo.process.pid)
    assert len(children) >= 9  # broker, hub and its worker, three keepers, three doormen
    code = demo.stop(how)
    assert code == (-how if how == signal.SIGKILL else 0)
    assert until(lambda: not [pid for pid in children if alive(pid)], 15)


def test_two_demos_run_side_by_side_and_the_same_port_or_folder_is_refused() -> None:
    one, two = Demo("--empty"), Demo("--empty")
    try:
        one.start()
        two.start()
        assert one.bench("tap", node="cnc-2", uid=one.uid("maker"))["allowed"]
        assert two.node("cnc-2")["relay"] is False
        same_port = Demo("--empty")
        same_port.port = one.port
        with pytest.raises(AssertionError, match="is taken"):
            same_port.start()
        with pytest.raises(AssertionError, match="another demo runs"):
            Demo("--empty", var=one.var, now=None).start()
    finally:
        one.stop()
        two.stop()


def test_a_demos_store_is_refused_in_production_and_the_bench_is_not_there() -> None:
    demo = Demo("--empty").start()
    demo.stop()
    ran = demo.loquet("hub", "run")
    assert ran.returncode == 2
    assert "demo" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_no_log_holds_a_card_number_or_a_name() -> None:
    demo = Demo("--empty").start()
    try:
        uids = [badge["uid"] for badge in demo.state()["badges"]]
        names = [badge["who"] for badge in demo.state()["badges"]]
        demo.bench("tap", node="cnc-2", uid=demo.uid("maker"))
        demo.bench("tap", node="cnc-2", uid=demo.uid("newcomer"))
        demo.bench("tap", node="cnc-2", uid="04D00DFEEDBEEF")
    finally:
        demo.stop()
    logs = "".join(path.read_text() for path in (demo.var / "log").glob("*.log"))
    assert logs
    for secret in (*uids, *names, "04D00DFEEDBEEF"):
        assert secret.lower() not in logs.lower()
    kept = json.loads((demo.var / "demo.json").read_text())
    for word in kept["passwords"].values():
        assert word not in logs
    assert demo.var.stat().st_mode & 0o077 == 0
