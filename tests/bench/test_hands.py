"""What answers the bench when somebody does what cannot be done?"""

import socket
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from loquet.bench.agent import call_home
from loquet.bench.cable import Cable
from loquet.bench.channel import BenchNo
from tests.bench.toys import Bench

pytestmark = pytest.mark.loopback
UID = "04A1B2C3D4E5F6"


@pytest.fixture
def bench() -> Iterator[Bench]:
    with tempfile.TemporaryDirectory(prefix="lq") as folder:
        bench = Bench(Path(folder))
        yield bench
        bench.close()


def refusal(bench: Bench, do: str, **args: object) -> int:
    """The status that the far end of the launcher's socket gets."""
    channel = call_home("", {}, str(bench.path))
    with pytest.raises(BenchNo) as no:
        channel.call(do, **args)  # type: ignore[arg-type]
    channel.close()
    return no.value.status


def test_a_node_that_is_not_there_is_404(bench: Bench) -> None:
    assert refusal(bench, "tap", node="saw-9", uid=UID) == 404
    assert refusal(bench, "power", node="saw-9", on=True) == 404


@pytest.mark.parametrize("uid", ["", "04A1", "04A1B2C3D4E5F", "zz" * 7, "04A1B2C3D4E5F60708", 7, None])
def test_what_is_no_card_number_is_422(bench: Bench, uid: object) -> None:
    assert refusal(bench, "tap", node="las-1", uid=uid) == 422


@pytest.mark.parametrize("ms", [0, -1, 0.5, "300", True, 10**9])
def test_a_card_laid_for_no_time_is_422(bench: Bench, ms: object) -> None:
    assert refusal(bench, "tap", node="las-1", uid=UID, ms=ms) == 422


def test_other_rubbish_is_422(bench: Bench) -> None:
    assert refusal(bench, "watts", node="las-1", watts=-1) == 422
    assert refusal(bench, "input", node="las-1", input="coffee", on=True) == 422
    assert refusal(bench, "input", node="las-1", input="estop", on="yes") == 422
    assert refusal(bench, "link", node="las-1", up=1) == 422
    assert refusal(bench, "skew", node="las-1", skew_s=1e12) == 422
    assert refusal(bench, "tap", node=["las-1"], uid=UID) == 422


def test_a_tap_on_a_node_without_mains_is_409(bench: Bench) -> None:
    bench.controller.power("las-1", on=False)
    assert bench.mains.cuts == [["keeper las-1", "doorman las-1"]]
    assert refusal(bench, "tap", node="las-1", uid=UID) == 409


def test_a_tap_on_a_node_whose_programs_are_away_is_409(bench: Bench) -> None:
    assert refusal(bench, "tap", node="las-1", uid=UID) == 409


def test_a_node_without_mains_is_dark_in_the_state(bench: Bench) -> None:
    bench.controller.power("las-1", on=False)
    node = bench.controller.state()["nodes"]["las-1"]
    assert node["powered"] is False
    assert node["relay"] is False
    assert node["phase"] is None
    assert node["online"] is False


def test_a_button_held_down_is_still_down_after_a_power_cut(bench: Bench) -> None:
    def pressed(**_: object) -> None:
        """The keeper's pin, of which this test knows nothing."""

    bench.toy("keeper las-1", input=pressed)
    bench.controller.input("las-1", "estop", on=True)
    bench.controller.power("las-1", on=False)
    channel = call_home("", {}, str(bench.path))
    assert channel.call("world", node="las-1")["inputs"]["estop"] is True
    channel.close()


def test_a_pulled_cable_ends_what_runs_over_it_and_takes_nothing_new() -> None:
    with socket.create_server(("127.0.0.1", 0)) as broker:
        cable = Cable(broker.getsockname()[:2])
        near = socket.create_connection(("127.0.0.1", cable.port))
        far, _ = broker.accept()
        near.sendall(b"hello")
        assert far.recv(5) == b"hello"
        cable.plug(up=False)
        near.settimeout(10)
        assert near.recv(1) == b""
        again = socket.create_connection(("127.0.0.1", cable.port))
        again.settimeout(10)
        assert again.recv(1) == b""
        cable.plug(up=True)
        third = socket.create_connection(("127.0.0.1", cable.port))
        carried, _ = broker.accept()
        carried.sendall(b"back")
        assert third.recv(4) == b"back"
        cable.close()
        for end in (near, far, again, third, carried):
            end.close()


def test_a_handler_that_breaks_answers_and_the_line_goes_on(bench: Bench) -> None:
    def broken(**_: object) -> None:
        raise ZeroDivisionError

    seen = threading.Event()
    bench.toy("doorman las-1", tap=broken, other=seen.set)
    line = bench.controller.board.line("doorman las-1")
    assert line is not None
    with pytest.raises(BenchNo) as no:
        line.channel.call("tap", uid=UID, ms=1)
    assert no.value.status == 500
    line.channel.call("other")
    assert seen.is_set()
