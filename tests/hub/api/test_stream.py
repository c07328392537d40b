"""What does a screen hear that watches the machines live? All of them first, then each that changes; and no thread waits for it."""

import json
import socket
from threading import Event

import pytest

from core.vocabulary import MachineStatus
from hub.api import Deps, Streams
from hub.api.stream import CAP, PATH
from tests.hub.api.conftest import app_over

pytestmark = pytest.mark.loopback


class Browser:
    """One end of a connection whose other end the server holds."""

    def __init__(self):
        self.line, self.server = socket.socketpair()
        self.line.settimeout(10)
        self.heard = b""

    def until(self, word):
        while word not in self.heard:
            more = self.line.recv(65536)
            assert more, "hung up"
            self.heard += more
        said, self.heard = self.heard, b""
        return said

    def close(self):
        self.line.close()
        self.server.close()


@pytest.fixture
def streams(store, cast, clock):
    made = Streams(app_over(store, clock).wsgi_app, Deps(store, clock), {"X-Content-Type-Options": "nosniff"})
    yield made
    ended = (not made._runs or Event().wait(0.005) for _ in range(4_000))
    assert any(ended), "all watchers are gone, and it looks on"  # its store goes next


@pytest.fixture
def watch(streams):
    made = []

    def ask(address="192.0.2.1", *, path=PATH, method="GET"):
        browser, answers = Browser(), []
        made.append(browser)
        environ = {
            "PATH_INFO": path, "REQUEST_METHOD": method, "REMOTE_ADDR": address, "gunicorn.socket": browser.server,
            "SERVER_NAME": "hub.example", "SERVER_PORT": "80", "wsgi.url_scheme": "http", "wsgi.input": None,
        }  # fmt: skip
        body = b"".join(streams(environ, lambda status, headers: answers.append((status, dict(headers)))))
        return browser, *answers[0], body

    yield ask
    for browser in made:
        browser.close()


def test_a_watcher_hears_all_machines_and_then_those_that_change(watch, store):
    browser, status, _, _ = watch()
    assert status == "200 OK"
    said = browser.until(b'"SOL-1"').decode()
    assert said.startswith("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n")
    assert "X-Content-Type-Options: nosniff\r\n" in said
    assert not any(word in said for word in ("Tester", "@lab.example"))
    store.write(lambda tx: tx.machines.set_status("LAS-1", MachineStatus.OUT_OF_ORDER, "lens"))
    news = browser.until(b"out_of_order").decode().split("data: ")[1]
    assert json.loads(news.split("\n")[0])["id"] == "LAS-1"


def test_the_server_holds_no_connection_while_a_watcher_listens(watch):
    browser, _, headers, body = watch()
    assert (headers["Connection"], body) == ("close", b"")
    with pytest.raises(OSError):  # what the server still has is a dead end
        browser.server.sendall(b"x")
    browser.server.close()
    assert browser.until(b"event: machine")


def test_the_seventh_stream_of_an_address_is_told_to_come_back_and_another_address_is_not(watch, streams):
    held = [watch()[0] for _ in range(CAP)]
    _, status, headers, _ = watch()
    assert (status[:3], headers["Retry-After"]) == ("503", "10")
    assert watch("192.0.2.2")[1] == "200 OK"
    for browser in held:
        browser.until(b"event: machine")
    held[0].line.close()
    tick = Event()
    assert any(streams._addresses["192.0.2.1"] < CAP or tick.wait(0.05) for _ in range(200))
    assert watch()[1] == "200 OK"


def test_who_talks_back_is_let_go(watch):
    browser, *_ = watch()
    browser.until(b"event: machine")
    browser.line.sendall(b"GET / HTTP/1.1\r\n\r\n")
    with pytest.raises((AssertionError, ConnectionResetError)):
        browser.until(b"never said")


def test_another_page_is_the_app_s(watch):
    _, status, _, body = watch(path="/api/v1/machines")
    assert (status, json.loads(body)["next"]) == ("200 OK", None)
    assert watch(method="POST")[1].startswith("405")
