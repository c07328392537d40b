"""Who may play with the bench, and what does it say to rubbish? The doors over a launcher that only notes."""

from collections.abc import Mapping
from typing import Any

import pytest
from flask import Flask

from hub.web.bench import COMMANDS, BenchRefusal, blueprint

HERE = {"Host": "127.0.0.1:8080"}


class Noting:
    """A launcher that notes what it was asked, or refuses everything."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.refusal: BenchRefusal | None = None

    def state(self) -> dict[str, Any]:
        return {"now": "2026-11-24T13:00:00.000Z", "nodes": {}, "badges": []}

    def do(self, what: str, facts: Mapping[str, Any]) -> dict[str, Any]:
        if self.refusal is not None:
            raise self.refusal
        self.asked.append((what, dict(facts)))
        return {"ok": True}


@pytest.fixture
def launcher() -> Noting:
    return Noting()


@pytest.fixture
def client(launcher: Noting):
    app = Flask("bench")
    app.register_blueprint(blueprint(launcher))
    return app.test_client()


def test_a_tap_is_handed_to_the_launcher(client, launcher: Noting) -> None:
    sent = {"node": "las-1", "uid": "04A1B2C3D4E5F6", "ms": 300, "note": "left aside"}
    answer = client.post("/bench/tap", json=sent, headers=HERE)
    assert answer.status_code == 200
    assert answer.json == {"ok": True}
    assert launcher.asked == [("tap", {"node": "las-1", "uid": "04A1B2C3D4E5F6", "ms": 300})]


def test_the_clock_has_two_verbs(client, launcher: Noting) -> None:
    client.post("/bench/clock", json={"advance_s": 0}, headers=HERE)
    client.post("/bench/clock", json={"node": "las-1", "skew_s": -5}, headers=HERE)
    assert [what for what, _ in launcher.asked] == ["advance", "skew"]


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "192.168.1.7:8080", "", "[::ffff]"]
)
def test_a_foreign_host_is_421(client, launcher: Noting, host: str) -> None:
    assert client.get("/bench/state", headers={"Host": host}).status_code == 421
    assert (
        client.post("/bench/power", json={"node": "las-1", "on": False}, headers={"Host": host}).status_code
        == 421
    )
    assert launcher.asked == []


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", "http://127.0.0.1:9999", "https://127.0.0.1:8080", "http://127.0.0.1"],
)
def test_a_page_from_elsewhere_is_421(client, launcher: Noting, origin: str) -> None:
    answer = client.post(
        "/bench/watts", json={"node": "las-1", "watts": 1}, headers={**HERE, "Origin": origin}
    )
    assert answer.status_code == 421
    assert launcher.asked == []


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost:8080", "[::1]:8080", "127.0.0.2"])
def test_this_computer_by_any_of_its_names_is_welcome(client, host: str) -> None:
    headers = {"Host": host, "Origin": f"http://{host}"}
    assert client.get("/bench/state", headers=headers).status_code == 200


def test_somebody_on_the_network_is_421(client) -> None:
    answer = client.get("/bench/state", headers=HERE, environ_base={"REMOTE_ADDR": "192.168.1.7"})
    assert answer.status_code == 421


@pytest.mark.parametrize("name", ["tap", "watts", "input", "link", "power", "clock"])
@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"7", b"null", b'{"node": "las-1"}', b"\xff", b"{}" + b" " * 5000]
)
def test_rubbish_is_422_everywhere(client, launcher: Noting, name: str, body: bytes) -> None:
    answer = client.post(f"/bench/{name}", data=body, headers=HERE, content_type="application/json")
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"
    assert launcher.asked == []


@pytest.mark.parametrize("status", [404, 409, 422, 504])
def test_a_refusal_keeps_its_status(client, launcher: Noting, status: int) -> None:
    launcher.refusal = BenchRefusal(status, "no")
    answer = client.post("/bench/link", json={"node": "x", "up": True}, headers=HERE)
    assert answer.status_code == status
    assert answer.json["status"] == status


def test_every_command_has_its_door(client) -> None:
    posts = {rule.rule for rule in client.application.url_map.iter_rules() if "POST" in (rule.methods or ())}
    assert posts == {f"/bench/{name}" for name in ({*COMMANDS} - {"advance", "skew"}) | {"clock"}}
