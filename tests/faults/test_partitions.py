"""Network, hub, broker and doorman come and go under a running machine; the relay's pin does not care.

LOQUET_PARTITIONS sets how many faults one machine goes through (promises.md: 100 before a release).
"""

import os
import random
import signal
import socket
import threading

import pytest

from tests.faults.traced import breach
from tests.faults.wired import Wired

pytestmark = [pytest.mark.mosquitto, pytest.mark.timeout(900)]
PARTITIONS = int(os.environ.get("LOQUET_PARTITIONS", "16"))


@pytest.fixture
def node(tmp_path, broker):
    made = Wired(tmp_path, broker)
    yield made
    made.close()


def frozen(process):
    """The process stands still for as long as a beat takes, and goes on."""
    process.send_signal(signal.SIGSTOP)
    threading.Event().wait(0.15)
    process.send_signal(signal.SIGCONT)


def broker_frozen(node):
    frozen(node.broker.process)


def broker_killed(node):
    node.broker.kill()
    node.broker.start()


def hub_frozen(node):
    frozen(node.hub)


def hub_killed(node):
    node.dismiss(node.hub)
    node.hire_hub()


def doorman_frozen(node):
    frozen(node.people)


def doorman_killed(node):
    node.dismiss(node.people)
    node.hire_doorman()


FAULTS = [broker_frozen, broker_killed, hub_frozen, hub_killed, doorman_frozen, doorman_killed]


@pytest.mark.parametrize("seed", [11])
def test_whatever_becomes_of_the_network_in_a_session_the_relay_stays_closed(node, seed):
    node.start(pre_run_s=0, sensor="none")
    assert node.badge() == {"allowed": True, "action": "start", "reason": None}
    dice = random.Random(seed)
    for fault in [*FAULTS, *dice.choices(FAULTS, k=max(0, PARTITIONS - len(FAULTS)))]:
        fault(node)
        assert [edge[1] for edge in node.edges] == [True], fault.__name__
    node.until(lambda seen: seen.get("online") and seen["usable"] and seen["keeper"] == "ok", "linked again")
    assert node.badge()["action"] == "end"
    assert [edge[1] for edge in node.edges] == [True, False]
    node.until(lambda seen: seen["unacked"] == 0, "all records stored")
    node.end(signal.SIGKILL)
    assert breach(node) is None


def test_a_badge_is_decided_while_the_broker_is_frozen(node):
    node.start(pre_run_s=0, sensor="none")
    node.broker.process.send_signal(signal.SIGSTOP)
    try:
        assert node.badge()["allowed"]
        assert node.edges[-1][1]
        assert node.badge()["action"] == "end"
        assert not node.edges[-1][1]
    finally:
        node.broker.process.send_signal(signal.SIGCONT)


def test_a_badge_is_decided_while_the_hub_is_frozen(node):
    node.start(pre_run_s=0, sensor="none")
    node.hub.send_signal(signal.SIGSTOP)
    assert node.badge()["allowed"]
    assert node.edges[-1][1]


class BlackHole:
    """An address that takes connections and never says a word."""

    def __init__(self):
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]

    def close(self):
        self._door.close()


def test_a_badge_is_decided_by_a_doorman_whose_broker_never_answers(tmp_path):
    hole = BlackHole()
    node = Wired(tmp_path, hole)
    try:
        super(Wired, node).start(pre_run_s=0, sensor="none")
        node.doorman.line.close()
        node.hire_doorman()
        node.until(lambda seen: seen.get("usable") and seen["keeper"] == "ok", "keeper met")
        assert node.badge()["allowed"]
        assert node.edges[-1][1]
        node.dismiss(node.people)
        assert node.edges[-1][1]
    finally:
        node.close()
        hole.close()
