import socket
import threading

from node.clock import SystemClock
from node.inbox import Inbox
from node.watchdog import ALIVE, notify
from tests.node.keeper.rig import HandClock


def test_what_was_put_first_is_taken_first():
    inbox = Inbox(HandClock())
    for item in "abc":
        inbox.put(item)
    assert [inbox.take(None, None) for _ in range(3)] == ["a", "b", "c"]


def test_at_a_due_instant_there_may_be_nothing():
    clock = SystemClock()
    assert Inbox(clock).take(clock.monotonic_ms() + 1, None) is None
    assert Inbox(clock).take(None, clock.monotonic_ms() - 5) is None


def test_a_put_from_another_thread_ends_the_wait_and_the_rest_is_seen():
    inbox = Inbox(SystemClock())
    taken = []
    loop = threading.Thread(target=lambda: taken.append(inbox.take(None, None)))
    loop.start()
    while not inbox.settled():
        assert loop.is_alive()
    inbox.put("tap")
    loop.join(timeout=30)
    assert taken == ["tap"]
    assert not inbox.settled()


def test_a_leap_of_the_clock_wakes_the_loop_without_news():
    wakes = []
    clock = SystemClock()
    clock.on_leap = wakes.append
    inbox = Inbox(clock)
    taken = []
    loop = threading.Thread(target=lambda: taken.append(inbox.take(None, None)))
    loop.start()
    while not inbox.settled():
        assert loop.is_alive()
    wakes[0]()
    loop.join(timeout=30)
    assert taken == [None]


def test_systemd_hears_that_we_are_alive(tmp_path):
    address = str(tmp_path / "n")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(address)
        assert notify(ALIVE, address)
        assert systemd.recv(64) == b"WATCHDOG=1"


def test_without_systemd_nobody_minds(monkeypatch, tmp_path):
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    assert not notify(ALIVE)
    assert not notify(ALIVE, str(tmp_path / "nobody"))
