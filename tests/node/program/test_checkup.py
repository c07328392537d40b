"""`loquet node selftest` and `doctor`, at the keyboard of a node whose doorman runs, or does not."""

import json
import socket
import tempfile
from pathlib import Path

import pytest

from node.app import stop_post
from node.app.checkup import hatch_of
from node.app.command import main
from node.doorman.examining import Examine
from node.doorman.hatch import Hatch, ask
from node.drivers import Line
from node.settings import load
from tests.node.doorman.conftest import SETTINGS

REPORT = {
    "at": "2026-11-24T02:30:12.000Z",
    "result": "good",
    "findings": [{"part": "reader", "result": "good", "words": "answers"}],
}


@pytest.fixture
def folder():
    """A short one: a socket's path has 107 bytes at most."""
    with tempfile.TemporaryDirectory(prefix="lq-") as made:
        home = Path(made)
        (home / "node.toml").write_text(SETTINGS)
        (home / "state").mkdir()
        (home / "key").write_text("00" * 32)
        (home / "key").chmod(0o600)
        yield home


class Doorman:
    """A hatch behind which somebody answers with one report."""

    def __init__(self, path, report):
        self.asked = []
        self.report = report
        self.hatch = Hatch(path, self._put)
        self.hatch.start()

    def _put(self, item):
        assert isinstance(item, Examine)
        self.asked.append(item.only_look)
        item.then(self.report)


@pytest.fixture
def doorman(folder):
    made = Doorman(hatch_of(load(folder / "node.toml")), REPORT)
    yield made
    made.hatch.stop()


def run(folder, word, *more):
    return main([word, "--config", str(folder / "node.toml"), *more])


def test_a_selftest_prints_the_doormans_report(folder, doorman, capsys):
    assert run(folder, "selftest") == 0
    said = capsys.readouterr().out
    assert "reader" in said
    assert "2026-11-24T02:30:12.000Z: good" in said
    assert doorman.asked == [False]


def test_as_json_a_program_can_read_it(folder, doorman, capsys):
    assert run(folder, "selftest", "--json") == 0
    assert json.loads(capsys.readouterr().out) == REPORT


def test_something_bad_is_exit_code_one(folder, doorman, capsys):
    doorman.report = {**REPORT, "result": "bad"}
    assert run(folder, "selftest") == 1
    assert "bad" in capsys.readouterr().out


def test_without_a_doorman_the_board_is_still_looked_at(folder, capsys):
    assert run(folder, "selftest", "--json") == 1
    parts = {one["part"]: one["result"] for one in json.loads(capsys.readouterr().out)["findings"]}
    assert parts["doorman"] == "bad"
    assert "disk" in parts


def test_the_doctor_adds_settings_files_and_wiring_and_tries_nothing(folder, doorman, capsys):
    assert run(folder, "doctor", "--json") == 0
    parts = {one["part"]: one["result"] for one in json.loads(capsys.readouterr().out)["findings"]}
    unknown = {"wiring": "unknown", "stop-post": "unknown"}
    assert parts == {"settings": "good", **unknown, "key": "good", "reader": "good"}
    assert doorman.asked == [True]


def test_a_key_that_others_can_read_is_a_warning(folder, doorman, capsys):
    (folder / "key").chmod(0o644)
    assert run(folder, "doctor") == 0
    assert "chmod 600" in capsys.readouterr().out


def test_a_settings_file_that_is_wrong_is_the_finding(folder, capsys):
    (folder / "node.toml").write_text(SETTINGS.replace("relay = 17", "rellay = 17"))
    assert run(folder, "doctor") == 1
    assert "[pins] `relay` is missing" in capsys.readouterr().out
    assert run(folder, "selftest") == 1


def test_a_wrong_word_is_misuse(folder):
    with pytest.raises(SystemExit) as left:
        main(["doctor", "--colour"])
    assert left.value.code == 2


@pytest.mark.parametrize("line", [b"", b"{", b"[]", b'{"do": "start"}', b"[" * 250, b"\xff"])
def test_what_is_no_question_is_not_answered_and_the_next_one_is(folder, doorman, line):
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as peer:
        peer.settimeout(10)
        peer.connect(str(doorman.hatch._path))
        peer.sendall(line)
        peer.shutdown(socket.SHUT_WR)
        assert peer.recv(100) in {b"", b"null\n"}
    assert ask(doorman.hatch._path, "look") == REPORT


def test_a_hatch_that_is_closed_is_gone(folder):
    hatch = Hatch(folder / "h", [].append)
    hatch.start()
    hatch.stop()
    assert ask(folder / "h", "look") is None


BOARDS = Path(__file__).resolve().parents[3] / "firmware_config"
RELAY = Line(17, active_high=True)


@pytest.mark.parametrize(
    ("text", "relay", "result"),
    [
        ((BOARDS / "keeper.env").read_text(), RELAY, "good"),
        ("LOQUET_RELAY_PIN=26\nLOQUET_RELAY_SAFE='dh'\n", Line(26, active_high=False), "good"),
        ("LOQUET_RELAY_PIN=17\nLOQUET_RELAY_SAFE=dh\n", RELAY, "bad"),  # it would close the relay
        ("LOQUET_RELAY_PIN=27\nLOQUET_RELAY_SAFE=dl\n", RELAY, "bad"),  # another line
        ("# LOQUET_RELAY_PIN=17\nLOQUET_RELAY_SAFE=dl\n", RELAY, "bad"),
        ("", RELAY, "bad"),
        ("", None, "good"),  # a plug: there is no line
    ],
)
def test_the_level_at_which_systemd_leaves_the_relay_must_be_its_off(tmp_path, text, relay, result):
    (tmp_path / "keeper.env").write_text(text)
    assert stop_post.judged(tmp_path, relay).result == result


def test_without_the_file_nothing_is_promised_and_the_doctor_says_what_is_wrong(folder, capsys):
    assert stop_post.judged(folder, RELAY).result == "unknown"
    (folder / "keeper.env").write_text("LOQUET_RELAY_PIN=17\nLOQUET_RELAY_SAFE=dh\n")
    assert run(folder, "doctor") == 1
    assert "LOQUET_RELAY_SAFE is dh, must be dl" in capsys.readouterr().out
