"""What says `loquet` to a user's mistake? A sentence and an exit code, never a traceback."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from loquet.bench.clock import BenchClock
from loquet.demo.command import read
from loquet.demo.folder import DemoProblem, Folder, Kept
from loquet.demo.starting import begin
from loquet.main import COMMANDS, main


def test_help_names_every_command(capsys) -> None:
    assert main(["--help"]) == 0
    said = capsys.readouterr().out
    assert all(f"  {name} " in said for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_and_ends_with_0(name: str, capsys) -> None:
    assert main([name, "--help"]) == 0
    assert "usage" in capsys.readouterr().out.lower()


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["unlatch"],
        ["demo", "--port", "0"],
        ["demo", "--port", "eighty"],
        ["demo", "--now", "teatime"],
        ["demo", "--now", "1999-01-01T00:00:00Z"],
        ["demo", "--nodes", "13"],
        ["demo", "--nodes", "2"],
        ["hub"],
        ["hub", "fly"],
        ["token"],
        ["token", "--as", "a@b.example", "--scope", "king"],
        ["token", "--as", "a@b.example", "--days", "-1"],
        ["token", "--as", "a@b.example", "--days", "nan"],
        ["member"],
        ["node", "run", "gardener"],
    ],
)
def test_misuse_is_2_and_says_so(words: list[str], capsys) -> None:
    assert main(words) == 2
    heard = capsys.readouterr()
    assert heard.err or not words
    assert "Traceback" not in heard.err


@pytest.mark.parametrize(
    "words",
    [["token", "--as", "maker@demo.example"], ["hub", "run"], ["hub", "migrate"], ["lab", "list"]],
)
def test_a_command_without_a_hub_is_refused_with_a_reason(words, tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.setenv("LOQUET_VAR", str(tmp_path / "nothing"))
    assert main(words) == 1
    assert "LOQUET_VAR" in capsys.readouterr().err


def test_as_a_process_too_a_mistake_has_no_traceback() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "loquet", "demo", "--nodes", "many"],
        capture_output=True, text=True, check=False, cwd=Path(__file__).resolve().parents[2],
    )  # fmt: skip
    assert ran.returncode == 2
    assert "Traceback" not in ran.stderr


def test_a_local_time_is_read_in_the_labs_zone() -> None:
    assert read(["--now", "2026-11-24T14:00:00"]).now == datetime(2026, 11, 24, 13, tzinfo=UTC)
    assert read(["--now", "2026-11-24T13:00:00Z"]).now == datetime(2026, 11, 24, 13, tzinfo=UTC)


@pytest.fixture
def started(tmp_path: Path, monkeypatch):
    """A folder whose first start was at 14:00, with nothing built in it."""
    monkeypatch.setattr("loquet.demo.building.build", lambda *_: None)
    monkeypatch.setattr("loquet.demo.building.renew", lambda *_: None)
    folder = Folder(tmp_path)
    folder.make()
    begin(folder, read(["--now", "2026-11-24T14:00:00Z", "--empty"]))
    return folder


def clock_of(folder: Folder) -> datetime:
    return BenchClock(folder.clock).wall()


AT = datetime(2026, 11, 24, 14, tzinfo=UTC)


def test_the_clock_starts_where_it_was_told_and_is_kept(started: Folder) -> None:
    assert AT <= clock_of(started) < AT + timedelta(minutes=10)
    kept = begin(started, read([]))
    assert isinstance(kept, Kept)
    assert kept.empty
    assert AT <= clock_of(started) < AT + timedelta(minutes=10)


def test_an_earlier_now_is_refused_and_changes_nothing(started: Folder) -> None:
    with pytest.raises(DemoProblem, match="earlier"):
        begin(started, read(["--now", "2026-11-24T13:59:59Z"]))
    assert AT <= clock_of(started) < AT + timedelta(minutes=10)


def test_the_same_now_goes_on_and_a_later_one_leaps(started: Folder) -> None:
    begin(started, read(["--now", "2026-11-24T14:00:00Z"]))
    assert clock_of(started) < AT + timedelta(minutes=10)
    begin(started, read(["--now", "2026-11-25T14:00:00Z"]))
    assert AT + timedelta(days=1) <= clock_of(started) < AT + timedelta(days=1, minutes=10)


def test_a_first_start_that_never_finished_is_begun_anew(tmp_path: Path, monkeypatch) -> None:
    def broken(*_: object) -> None:
        raise KeyboardInterrupt

    folder = Folder(tmp_path)
    folder.make()
    monkeypatch.setattr("loquet.demo.building.build", broken)
    with pytest.raises(KeyboardInterrupt):
        begin(folder, read(["--now", "2026-11-24T14:00:00Z"]))
    monkeypatch.setattr("loquet.demo.building.build", lambda *_: None)
    begin(folder, read(["--now", "2026-11-20T14:00:00Z"]))
    assert clock_of(folder) < AT
