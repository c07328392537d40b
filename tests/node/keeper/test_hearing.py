"""Does the loop hear the socket while it waits, and a word from beside as well?"""

import os
import signal
import socket
import threading

import pytest

from node.clock import SystemClock
from node.inbox import Inbox
from node.keeper.server import Hearing, Server


class Loop:
    """A keeper's inbox on a socket of its own."""

    def __init__(self, path):
        self.server = Server(path, frozenset({os.getuid()}), lambda _peer, raw: self.inbox.put(raw))
        self.inbox = Inbox(SystemClock(), Hearing(self.server))
        self.path = path

    def take(self):
        return self.inbox.take(SystemClock().monotonic_ms() + 30_000, None)

    def until(self, wanted):
        while (taken := self.take()) is None:
            pass
        assert taken == wanted

    def beside(self, act):
        """Do it once the loop waits, from another thread."""

        def later():
            while not self.inbox.settled():
                pass
            act()

        thread = threading.Thread(target=later)
        thread.start()
        return thread


@pytest.fixture
def loop(tmp_path):
    made = Loop(tmp_path / "k.sock")
    yield made
    made.server.close()


def test_what_the_doorman_says_is_taken_by_the_loop_that_waits(loop):
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as doorman:
        doorman.connect(str(loop.path))
        doorman.send(b"hello")
        loop.until(b"hello")
        thread = loop.beside(lambda: doorman.send(b"tap"))
        loop.until(b"tap")
        thread.join(30)


def test_a_doorman_who_leaves_is_noticed_by_the_loop_that_waits(loop):
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as doorman:
        doorman.connect(str(loop.path))
        doorman.send(b"hello")
        loop.until(b"hello")
    gone = []
    loop.server._receive = lambda _peer, raw: (gone.append(raw), loop.inbox.put("gone"))
    loop.until("gone")
    assert gone == [None]


def test_a_moved_contact_wakes_the_loop_that_listens(loop):
    thread = loop.beside(lambda: loop.inbox.put("moved"))
    loop.until("moved")
    thread.join(30)


def test_a_signal_ends_the_wait_of_the_loop_that_listens(loop):
    before = signal.signal(signal.SIGUSR1, lambda *_: loop.inbox.put("leave"))
    try:
        thread = loop.beside(lambda: os.kill(os.getpid(), signal.SIGUSR1))
        loop.until("leave")
        thread.join(30)
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_a_loop_that_nobody_wakes_wakes_at_its_due_instant(loop):
    clock = SystemClock()
    assert loop.inbox.take(clock.monotonic_ms() + 5, None) is None
