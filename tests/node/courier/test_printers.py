"""Three printers' servers on loopback, each answering as the real one does."""

import socket
import threading

import pytest

from node.courier.events import PrinterSaid
from node.courier.fetching import NotFetchedError, fetch
from node.courier.polling import PrinterPoll
from node.courier.printers import QUESTIONS
from tests.node.courier.standins import serving

FLAGS = {
    "operational": True,
    "paused": False,
    "printing": False,
    "pausing": False,
    "cancelling": False,
    "sdReady": True,
    "error": False,
    "ready": True,
    "closedOrError": False,
    "resuming": False,
    "finishing": False,
}


def octoprint(**flags):
    """What OctoPrint answers to GET /api/printer?exclude=temperature,sd with a valid key."""

    def answer(path, headers):
        if headers["X-Api-Key"] != "secret":
            return 403, {"error": "You don't have the permission to access the requested resource."}
        if path != "/api/printer?exclude=temperature,sd":
            return 404, {}
        if flags.get("operational") is False:
            return 409, {"error": "Printer is not operational"}
        return 200, {"state": {"error": "", "flags": FLAGS | flags, "text": "Operational"}}

    return answer


def prusalink(state, key="secret"):
    """What PrusaLink answers to GET /api/v1/status."""

    def answer(path, headers):
        if headers["X-Api-Key"] != key:
            return 401, {"message": "Unauthorized"}
        if path != "/api/v1/status":
            return 404, {}
        printer = {"state": state, "temp_nozzle": 25.0, "target_nozzle": 0.0, "temp_bed": 23.9, "flow": 100}
        storage = {"path": "/usb/", "name": "usb", "read_only": False}
        job = {"job": {"id": 297, "progress": 42.0, "time_remaining": 540}} if state == "PRINTING" else {}
        return 200, {"printer": printer, "storage": storage} | job

    return answer


def moonraker(state, key=None):
    """What Moonraker answers to GET /printer/objects/query?print_stats; None: Klipper is not there.

    `key`: we are not among its trusted clients.
    """

    def answer(path, headers):
        if key is not None and headers["X-Api-Key"] != key:
            return 401, {"error": {"code": 401, "message": "Unauthorized", "traceback": ""}}
        if path != "/printer/objects/query?print_stats":
            return 404, {"error": {"code": 404, "message": "Not Found", "traceback": ""}}
        if state is None:
            return 503, {"error": {"code": 503, "message": "Klippy Host not connected", "traceback": ""}}
        stats = {
            "filename": "vase.gcode",
            "total_duration": 90.1,
            "print_duration": 60.2,
            "filament_used": 12.0,
        }
        stats |= {"state": state, "message": "", "info": {"total_layer": None, "current_layer": None}}
        return 200, {"result": {"eventtime": 578243.57824499, "status": {"print_stats": stats}}}

    return answer


def asked(kind, answer, key="secret"):
    said = []
    with serving(answer) as url:
        PrinterPoll(url, QUESTIONS[kind], {"X-Api-Key": key}, said.append).look()
    return said


@pytest.mark.parametrize(
    ("kind", "answer", "busy"),
    [
        ("octoprint", octoprint(), False),
        ("octoprint", octoprint(printing=True, ready=False), True),
        ("octoprint", octoprint(paused=True), True),
        ("octoprint", octoprint(printing=True, cancelling=True, ready=False), True),
        ("octoprint", octoprint(operational=False), None),
        ("octoprint", octoprint(ready=False), None),
        ("prusalink", prusalink("IDLE"), False),
        ("octoprint", octoprint(resuming=True, paused=True, ready=False), True),
        ("octoprint", octoprint(finishing=True, printing=True, ready=False), True),
        ("octoprint", octoprint(operational=True, error=True, closedOrError=True, ready=False), None),
        ("prusalink", prusalink("READY"), False),
        ("prusalink", prusalink("BUSY"), True),
        ("prusalink", prusalink("STOPPED"), False),
        ("moonraker", moonraker("cancelled"), False),
        ("prusalink", prusalink("FINISHED"), False),
        ("prusalink", prusalink("PRINTING"), True),
        ("prusalink", prusalink("PAUSED"), True),
        ("prusalink", prusalink("ATTENTION"), True),
        ("prusalink", prusalink("ERROR"), None),
        ("prusalink", prusalink("A WORD OF A LATER VERSION"), None),
        ("moonraker", moonraker("standby"), False),
        ("moonraker", moonraker("complete"), False),
        ("moonraker", moonraker("printing"), True),
        ("moonraker", moonraker("paused"), True),
        ("moonraker", moonraker("error"), None),
        ("moonraker", moonraker(None), None),
    ],
)
def test_a_printer_says_whether_it_prints(kind, answer, busy):
    assert asked(kind, answer) == [PrinterSaid(busy)]


@pytest.mark.parametrize("kind", ["octoprint", "prusalink", "moonraker"])
def test_a_wrong_key_is_a_lost_sensor(kind):
    answers = {
        "octoprint": octoprint(),
        "prusalink": prusalink("IDLE"),
        "moonraker": moonraker("standby", "secret"),
    }
    assert asked(kind, answers[kind]) == [PrinterSaid(busy=False)]
    assert asked(kind, answers[kind], key="wrong") == [PrinterSaid(None)]


@pytest.mark.parametrize("kind", sorted(QUESTIONS))
@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b'{"state": 7}', b"[" * 60_000, b"x" * 70_000, b"\xff"]
)
def test_rubbish_is_a_lost_sensor(kind, body):
    assert asked(kind, lambda *_: (200, body)) == [PrinterSaid(None)]


@pytest.mark.parametrize("kind", sorted(QUESTIONS))
def test_a_server_that_is_not_there_is_a_lost_sensor(kind):
    said = []
    with serving(octoprint()) as url:
        gone = url
    PrinterPoll(gone, QUESTIONS[kind], {}, said.append).look()
    assert said == [PrinterSaid(None)]


def dripping(ended):
    """A server that sends a byte of its answer's head, then one every 50 ms, for ever."""
    door = socket.create_server(("127.0.0.1", 0))

    def serve():
        line, _ = door.accept()
        with line:
            line.recv(4096)
            try:
                while not ended.wait(0.05):
                    line.sendall(b"H")
            except OSError:
                return

    thread = threading.Thread(target=serve)
    thread.start()
    return door, thread


def test_a_server_that_drips_is_cut_off_when_its_time_is_over():
    ended = threading.Event()
    door, thread = dripping(ended)
    try:
        with pytest.raises(NotFetchedError):
            fetch(f"http://127.0.0.1:{door.getsockname()[1]}/", {}, within_s=0.4)
        thread.join(10)  # the client has gone: its next byte could not be sent
        assert not thread.is_alive()
    finally:
        ended.set()
        thread.join(10)
        door.close()


def test_a_redirect_is_not_followed():
    with serving(lambda *_: (302, {})) as url:
        assert fetch(url, {}).status == 302
