"""Who may ask how the hub is?"""

import json
from http.client import HTTPConnection

import pytest

from hub.app import create_ops_app
from hub.cli.watching import Watching
from hub.clock import SystemClock
from hub.services.watched import Watch
from tests.ports import free_port


@pytest.mark.loopback
def test_a_watcher_on_the_same_machine_hears_that_the_hub_lives_and_works(store) -> None:
    app = create_ops_app(Watch(store, SystemClock()))
    watching = Watching(app, 0)
    assert watching.port == 0
    watching.stop()
    watching = Watching(app, free_port())
    watching.start()
    try:
        for path in ("/healthz", "/readyz"):
            line = HTTPConnection("127.0.0.1", watching.port, timeout=10)
            line.request("GET", path)
            answer = line.getresponse()
            assert (answer.status, json.loads(answer.read())["status"]) == (200, "ok")
            line.close()
    finally:
        watching.stop()
