"""Does time pass on the bench as it would pass in life, only sooner?"""

import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loquet.bench.channel import BenchNo
from loquet.bench.clock import BenchClock, ClockFile, ClockFileError
from loquet.bench.leaping import Leap, at_rest
from tests.bench.toys import Bench, Toy

pytestmark = pytest.mark.loopback
HOUR_MS = 3_600_000


@pytest.fixture
def bench() -> Iterator[Bench]:
    with tempfile.TemporaryDirectory(prefix="lq") as folder:
        bench = Bench(Path(folder))
        yield bench
        bench.close()


def test_a_leap_of_an_hour_runs_each_timer_at_its_own_instant_in_order(bench: Bench) -> None:
    keeper = bench.toy("keeper las-1", 600_000, 1_800_000)
    doorman = bench.toy("doorman las-1", 900_000, 3_000_000)
    dues = sorted([*keeper.dues, *doorman.dues])

    bench.controller.advance(3600)

    ran = sorted(keeper.ran + doorman.ran, key=lambda one: one[1])
    assert [due for due, _ in ran] == dues
    assert all(0 <= at - due < 5_000 for due, at in ran)  # each at its own time, not at the end


def test_a_timer_one_tick_beyond_the_leap_does_not_run(bench: Bench) -> None:
    toy = bench.toy("keeper las-1", HOUR_MS + 60_000)
    bench.controller.advance(3600)
    assert toy.ran == []
    assert len(toy.dues) == 1


def test_heartbeats_do_not_stop_a_leap_of_a_year(bench: Bench) -> None:
    bench.toy("keeper las-1", every_ms=1000)
    before = bench.clock.wall()
    bench.controller.advance(365 * 86_400)
    assert (bench.clock.wall() - before).days == 365


def test_wall_and_monotonic_time_leap_together(bench: Bench) -> None:
    wall, mono_ms = bench.clock.wall(), bench.clock.monotonic_ms()
    bench.controller.advance(60)
    assert 60 <= (bench.clock.wall() - wall).total_seconds() < 70
    assert 60_000 <= bench.clock.monotonic_ms() - mono_ms < 70_000


def test_a_skew_moves_one_nodes_wall_clock_alone(bench: Bench) -> None:
    node = BenchClock(bench.folder / "clock", "las-1")
    other = BenchClock(bench.folder / "clock", "cnc-2")
    mono_ms = node.monotonic_ms()
    bench.controller.skew("las-1", -7200)
    assert 7190 < (other.wall() - node.wall()).total_seconds() < 7210
    assert node.monotonic_ms() - mono_ms < 60_000
    assert node.generation() == other.generation()


def test_a_program_that_never_comes_to_rest_is_504_and_not_waited_for_longer(bench: Bench) -> None:
    bench.toy("keeper las-1", standing=lambda: {"idle": False})
    leap = Leap(bench.clock, bench.controller.board.lines, longest_s=0.2)
    with pytest.raises(BenchNo) as no:
        leap.run(1000)
    assert no.value.status == 504


def test_a_node_whose_hub_is_away_does_not_hold_up_the_clock(bench: Bench) -> None:
    bench.toy("doorman las-1", standing=lambda: {"fresh": False})
    before = bench.clock.wall()
    bench.controller.advance(60)
    assert (bench.clock.wall() - before).total_seconds() >= 60


def test_a_program_that_dies_in_a_leap_does_not_hold_it_up(bench: Bench) -> None:
    bench.toy("keeper las-1")
    channel = bench.agents[0].channel
    assert channel is not None
    channel.close()
    bench.controller.advance(60)


def test_callbacks_run_after_each_leap(bench: Bench) -> None:
    toy = bench.toy("doorman las-1", 1_000)
    woken = threading.Event()
    toy.clock.on_leap(woken.set)
    bench.controller.advance(10)
    assert woken.wait(10)


@pytest.mark.parametrize("advance_s", [-1, "60", None, True, 10 * 366 * 86_400 + 1, float("nan")])
def test_rubbish_negative_or_over_ten_years_is_422(bench: Bench, advance_s: object) -> None:
    with pytest.raises(BenchNo) as no:
        bench.controller.advance(advance_s)  # type: ignore[arg-type]
    assert no.value.status == 422


@pytest.mark.parametrize(
    ("standing", "rests"),
    [
        ({"waiting": 1, "due_ms": 100}, False),  # due now: it must run first
        ({"waiting": 1, "due_ms": 101}, True),  # one tick later
        ({"waiting": 0, "due_ms": None}, False),
        ({"waiting": 1, "due_ms": None, "idle": False}, False),
        ({"waiting": 1, "due_ms": None, "fresh": False}, False),
        ({}, True),  # a program without a loop
    ],
)
def test_who_is_at_rest(standing: dict[str, object], rests: bool) -> None:
    assert at_rest(standing, 100, patient=True) is rests


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.integers(-(10**15), 10**15), st.integers(0, 10**15)), max_size=8))
def test_every_reader_sees_the_sum_of_all_moves(tmp_path_factory, steps) -> None:
    path = tmp_path_factory.mktemp("clock") / "clock"
    writer, reader = ClockFile(path), ClockFile(path)
    for wall_ns, mono_ns in steps:
        writer.move(wall_ns, mono_ns)
    assert reader.offsets() == (len(steps), sum(w for w, _ in steps), sum(m for _, m in steps))
    writer.close()
    reader.close()


def test_a_file_that_is_no_clock_is_refused(tmp_path: Path) -> None:
    (tmp_path / "clock").write_bytes(b"half past nine")
    with pytest.raises(ClockFileError):
        ClockFile(tmp_path / "clock")


class Worker(Toy):
    """A program that is at work for up to 0.1 s each time it wakes, and notes what its clock did meanwhile."""

    longest_ms = 0

    def loop(self) -> None:
        working = threading.Event()
        with self.condition:
            while not self.stop:
                began_ms, before = self.clock.monotonic_ms(), self.clock.generation()
                for _ in range(10):
                    working.wait(0.01)
                    if self.clock.generation() != before:
                        break
                self.longest_ms = max(self.longest_ms, self.clock.monotonic_ms() - began_ms)
                self.clock.wait_until(self.condition, None, None)


def test_a_program_that_gets_news_while_its_clock_is_being_moved_works_only_after(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = bench.toy("keeper las-1", kind=Worker)
    freeze, frozen = worker.clock.freeze, []

    def freeze_with_news() -> None:
        freeze()
        frozen.append(worker)
        with worker.condition:
            worker.condition.notify_all()

    monkeypatch.setattr(worker.clock, "freeze", freeze_with_news)
    for _ in range(5):
        bench.controller.advance(3600)
    assert isinstance(worker, Worker)
    assert len(frozen) >= 5
    assert 0 < worker.longest_ms < HOUR_MS  # however slow this computer is, no hour fits in there
