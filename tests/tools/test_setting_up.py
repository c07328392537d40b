"""Is set-up done once, and again exactly when what it stands on has changed?"""

import subprocess

import pytest

from tools import apt, setup, venv


@pytest.fixture
def stamps(tmp_path, monkeypatch):
    monkeypatch.setattr(setup, "STAMPS", tmp_path / "stamps.json")
    return tmp_path


def test_the_same_files_are_installed_once(stamps):
    listed, done = stamps / "run.txt", []
    listed.write_text("a==1")
    assert setup._once("run", [listed], lambda: done.append(1))
    assert not setup._once("run", [listed], lambda: done.append(2))
    assert done == [1]


def test_a_changed_file_is_installed_again(stamps):
    listed = stamps / "run.txt"
    listed.write_text("a==1")
    setup._once("run", [listed], lambda: None)
    listed.write_text("a==2")
    assert setup._once("run", [listed], lambda: None)


def test_what_failed_half_way_is_tried_again(stamps):
    listed = stamps / "run.txt"
    listed.write_text("a==1")

    def breaks():
        raise SystemExit(1)

    with pytest.raises(SystemExit):
        setup._once("run", [listed], breaks)
    assert setup._once("run", [listed], lambda: None)


def test_damaged_stamps_mean_everything_is_done_again(stamps):
    (stamps / "stamps.json").write_text("{half")
    assert setup._once("run", [], lambda: None)


def test_every_pin_of_one_package_for_two_pythons_is_kept(tmp_path):
    listed = tmp_path / "run.txt"
    listed.write_text(
        "# made by make lock\n"
        "deprecated==1.3.1 ; python_full_version < '3.12' \\\n    --hash=sha256:aa\n"
        "deprecated==3.0.1 ; python_full_version >= '3.12' \\\n    --hash=sha256:bb\n"
        "flask==3.1.3 \\\n    --hash=sha256:cc \\\n    --hash=sha256:dd\n"
    )
    names, texts = zip(*venv._pins(listed), strict=True)
    assert names == ("deprecated", "deprecated", "flask")
    assert texts[2].count("--hash") == 2


def test_without_a_network_pip_says_what_failed_and_what_to_do(monkeypatch, capsys):
    refused = subprocess.CompletedProcess([], 1, "", "WARNING: Retrying x\nERROR: No matching distribution\n")
    monkeypatch.setattr(venv.subprocess, "run", lambda *_, **__: refused)
    with pytest.raises(SystemExit):
        venv._pip("-r", "run.txt")
    said = capsys.readouterr().err
    assert "No matching distribution" in said
    assert "is the network up" in said


def test_where_there_is_no_apt_nothing_is_unpacked(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not apt.available()
    assert not apt.unpack(["mosquitto"], tmp_path)
