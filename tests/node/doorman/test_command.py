"""`loquet node run`: a user's mistake gets a sentence and an exit code, never a traceback."""

import sys
from pathlib import Path
from unittest.mock import patch

import pytest

from node.app.command import main
from tests.node.doorman.conftest import SETTINGS


def test_without_arguments_it_says_how_it_is_used(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main([])
    assert left.value.code == 2
    assert "usage: loquet node" in capsys.readouterr().err


def test_a_program_there_is_not_is_misuse(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["run", "butler"])
    assert left.value.code == 2
    assert "butler" in capsys.readouterr().err


def test_a_missing_file_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "doorman", "--config", str(tmp_path / "no.toml")]) == 1
    assert "no.toml" in capsys.readouterr().err


def test_a_mistyped_key_is_named_with_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "node.toml"
    file.write_text(SETTINGS.replace("relay = 17", "rellay = 17"))
    assert main(["run", "doorman", "--config", str(file)]) == 1
    said = capsys.readouterr().err
    assert "pins" in said
    assert "Traceback" not in said


def test_a_keeper_on_a_machine_without_pins_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "node.toml"
    file.write_text(SETTINGS)
    with patch.dict(sys.modules, {"lgpio": None}):
        sys.modules.pop("node.keeper.hardware.steady", None)
        assert main(["run", "keeper", "--config", str(file)]) == 1
    said = capsys.readouterr().err
    assert "lgpio" in said
    assert "Traceback" not in said


def test_a_key_file_that_holds_no_key_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "node.toml"
    file.write_text(SETTINGS)
    (tmp_path / "key").write_text("secret")
    assert main(["run", "doorman", "--config", str(file)]) == 1
    said = capsys.readouterr().err
    assert "key" in said
    assert "secret" not in said
