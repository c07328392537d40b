"""A pulse drive holds power only while the keeper's loop turns."""

import threading

import pytest

from loquet.models.pins import Board
from node.keeper.hardware.pulse import PulseRelay
from node.settings import Line
from tests.node.keeper.rig import HandClock


class Pumped:
    """The relay's pin, with every edge counted."""

    def __init__(self):
        self.board, self.clock = Board(), HandClock()
        self.edges = []
        self.moved = threading.Condition()
        self.relay = PulseRelay(Line(17, active_high=True), self.clock, self.board.factory)
        self.board.watch(17, self._edge)

    def _edge(self, high):
        with self.moved:
            self.edges.append(high)
            self.moved.notify_all()

    def wait_for(self, edges):
        with self.moved:
            assert self.moved.wait_for(lambda: len(self.edges) >= edges, 10)


@pytest.fixture
def pumped():
    made = Pumped()
    yield made
    made.relay.close()


def test_it_is_at_rest_until_it_is_wanted(pumped):
    assert not pumped.board.level(17)
    assert pumped.edges == []


def test_while_wanted_and_fed_it_pulses(pumped):
    pumped.relay.set(closed=True)
    pumped.wait_for(6)
    assert pumped.edges[:6] == [True, False, True, False, True, False]


def test_off_is_rest_at_once(pumped):
    pumped.relay.set(closed=True)
    pumped.wait_for(3)
    pumped.relay.set(closed=False)
    assert not pumped.board.level(17)
    edges = len(pumped.edges)
    pumped.relay.beat()
    assert len(pumped.edges) == edges


def test_a_keeper_that_hangs_for_more_than_two_seconds_loses_its_pulses(pumped):
    pumped.relay.set(closed=True)
    pumped.clock.ms += 2_001
    pumped.relay.beat()
    assert not pumped.board.level(17)
    edges = len(pumped.edges)
    pumped.relay.beat()
    assert len(pumped.edges) == edges


def test_a_loop_that_turns_feeds_it(pumped):
    pumped.relay.set(closed=True)
    pumped.clock.ms += 2_000
    pumped.relay.feedback()
    pumped.clock.ms += 2_000
    edges = len(pumped.edges)
    pumped.wait_for(edges + 2)


def test_given_back_it_is_at_rest(pumped):
    pumped.relay.set(closed=True)
    pumped.relay.close()
    pumped.relay.close()
    assert not pumped.edges[-1]
