"""The line to the keeper breaks and comes back; what is no message of it harms nobody."""

import socket
from collections.abc import Iterator
from pathlib import Path
from queue import Queue

import pytest

from core.wire.socket import encode
from node.doorman.events import KeeperLost, KeeperMet, KeeperSaid
from node.doorman.keeper_line import KeeperLine

WITHIN_S = 10
STATE = {
    "phase": "idle",
    "inhibits": [],
    "locks": [],
    "session": None,
    "until_ms": None,
    "phase_until_ms": None,
    "busy": False,
    "power_w": None,
    "relay": "open",
    "extraction": False,
    "alarm": False,
    "presses": 0,
    "now_ms": 1,
}
WELCOME = {
    "msg": "welcome",
    "v": 1,
    "journal": "j",
    "started_ms": 0,
    "now_ms": 1,
    "policy_rev": None,
    "state": STATE,
}


@pytest.fixture
def door(tmp_path: Path) -> Iterator[socket.socket]:
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listening.bind(str(tmp_path / "k.sock"))
    listening.listen(2)
    listening.settimeout(WITHIN_S)
    yield listening
    listening.close()


@pytest.fixture
def told() -> "Queue[object]":
    return Queue()


@pytest.fixture
def line(door: socket.socket, tmp_path: Path, told: "Queue[object]") -> Iterator[KeeperLine]:
    made = KeeperLine(tmp_path / "k.sock", told.put)
    made.start()
    yield made
    made.stop()


def accepted(door: socket.socket) -> socket.socket:
    peer, _ = door.accept()
    peer.settimeout(WITHIN_S)
    assert b'"hello"' in peer.recv(4096)
    return peer


def test_it_says_hello_and_hands_over_what_comes(door, line: KeeperLine, told: "Queue[object]") -> None:
    with accepted(door) as keeper:
        keeper.send(encode(WELCOME))
        keeper.send(encode({"msg": "state", **STATE}))
        assert isinstance(told.get(timeout=WITHIN_S), KeeperMet)
        assert isinstance(told.get(timeout=WITHIN_S), KeeperSaid)
        assert line.send({"msg": "alive"})
        assert b"alive" in keeper.recv(4096)


def test_a_broken_line_is_told_and_made_again(door, line: KeeperLine, told: "Queue[object]") -> None:
    accepted(door).close()
    assert isinstance(told.get(timeout=WITHIN_S), KeeperLost)
    with accepted(door) as keeper:
        keeper.send(encode(WELCOME))
        assert isinstance(told.get(timeout=WITHIN_S), KeeperMet)


@pytest.mark.parametrize(
    "rubbish", [b"{", b"[]", b'{"msg": "state"}', b'{"msg": "ok"}', b"\xff", b"x" * 5000]
)
def test_rubbish_is_refused_and_the_line_goes_on(door, line, told: "Queue[object]", rubbish: bytes) -> None:
    with accepted(door) as keeper:
        keeper.send(rubbish)
        keeper.send(encode(WELCOME))
        assert isinstance(told.get(timeout=WITHIN_S), KeeperMet)


def test_dropping_it_makes_a_new_one(door, line: KeeperLine, told: "Queue[object]") -> None:
    with accepted(door) as keeper:
        keeper.send(encode(WELCOME))
        assert isinstance(told.get(timeout=WITHIN_S), KeeperMet)
        line.drop()
        assert isinstance(told.get(timeout=WITHIN_S), KeeperLost)
        accepted(door).close()


def test_without_a_keeper_nothing_is_sent(tmp_path: Path, told: "Queue[object]") -> None:
    line = KeeperLine(tmp_path / "nobody.sock", told.put)
    line.start()
    assert not line.send({"msg": "alive"})
    line.stop()


def test_a_keeper_that_reads_nothing_never_blocks_the_loop(
    door, line: KeeperLine, told: "Queue[object]"
) -> None:
    with accepted(door) as keeper:
        keeper.send(encode(WELCOME))
        assert isinstance(told.get(timeout=WITHIN_S), KeeperMet)
        sent = 0
        while line.send({"msg": "alive", "filler": "x" * 3000}):
            sent += 1
        assert sent < 10_000
        assert isinstance(told.get(timeout=WITHIN_S), KeeperLost)
