"""How does one play with the demo's machines? A page and its JSON, for whoever sits at this computer.

Never there outside a demo: without a `BenchPort` nothing is registered. Loopback alone, no sign-in; a
foreign Host or Origin gets 421, so that no web page elsewhere can reach in.
"""

import ipaddress
from collections.abc import Callable, Mapping
from typing import Any, Protocol
from urllib.parse import urlsplit

from flask import Blueprint, Response, jsonify, make_response, render_template, request

from core.vocabulary import Reason
from hub.web.bench_words import LIGHTS, SOUNDS
from hub.web.house import voice
from hub.words.catalogs import mark

NAMES = ("localhost",)  # the only name of loopback; addresses are looked at as addresses
LARGEST_BODY = 4096  # a command of the bench is a line
CODES = {404: "NOT_FOUND", 409: "NODE_OFFLINE", 421: "FORBIDDEN", 422: "INVALID", 504: "BUSY"}
RULERS_W = {"LAS": 1200, "CNC": 400, "3DP": 400}  # how far a machine's current ruler goes
RULER_W = 1200  # of every other machine


class BenchRefusal(Exception):  # noqa: N818 -- an answer, not a breakage
    """What the bench will not do, with its HTTP status."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail


class BenchPort(Protocol):
    """The demo's launcher, as the page needs it; every method may raise BenchRefusal."""

    def state(self) -> dict[str, Any]:
        """The whole bench: api.md, "The bench"."""
        ...

    def do(self, what: str, facts: Mapping[str, Any]) -> dict[str, Any]:
        """`what`: tap, watts, input, link, power, advance or skew, with the fields of api.md."""
        ...


# command: its fields, and whether each must be there
COMMANDS: Mapping[str, Mapping[str, bool]] = {
    "tap": {"node": True, "uid": True, "ms": False},
    "watts": {"node": True, "watts": True},
    "input": {"node": True, "input": True, "on": True},
    "link": {"node": True, "up": True},
    "power": {"node": True, "on": True},
    "advance": {"advance_s": True},
    "skew": {"node": True, "skew_s": True},
}


def blueprint(bench: BenchPort) -> Blueprint:
    """The bench's page and doors over `bench`."""
    doors = Blueprint("bench", __name__)
    doors.before_request(only_here)
    doors.register_error_handler(BenchRefusal, refused)
    doors.add_url_rule("/bench", "page", lambda: page(bench))
    doors.add_url_rule("/bench/state", "state", lambda: jsonify(bench.state()))
    for name in ("tap", "watts", "input", "link", "power"):
        doors.add_url_rule(f"/bench/{name}", name, door(bench, name), methods=["POST"])
    doors.add_url_rule("/bench/clock", "clock", lambda: clock(bench), methods=["POST"])
    return doors


def only_here() -> Response | None:
    """421 for whoever does not sit at this computer, or was sent by a page from elsewhere."""
    origin = request.headers.get("Origin")
    foreign = origin is not None and origin != f"{request.scheme}://{request.host}"
    if foreign or not is_loopback(request.remote_addr or "") or not is_loopback(hostname(request.host)):
        return problem(421, "the bench is for this computer alone")
    return None


def hostname(host: str) -> str:
    """The name in a Host header, without port and brackets; "" when it cannot be read."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def is_loopback(name: str) -> bool:
    """Whether a name or address is this computer's own."""
    if name in NAMES:
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def door(bench: BenchPort, what: str) -> Callable[[], Response]:
    """The POST door of one command."""
    return lambda: jsonify(bench.do(what, fields(body(), COMMANDS[what])))


def clock(bench: BenchPort) -> Response:
    """Time passes, or one node's wall clock goes wrong."""
    sent = body()
    what = "advance" if "advance_s" in sent else "skew"
    return jsonify(bench.do(what, fields(sent, COMMANDS[what])))


def body() -> dict[str, Any]:
    """The JSON object that was sent. Raises BenchRefusal 422."""
    if (request.content_length or 0) > LARGEST_BODY:
        raise BenchRefusal(422, "too long")
    sent = request.get_json(force=True, silent=True)
    if not isinstance(sent, dict):
        raise BenchRefusal(422, "a JSON object is needed")
    return sent


def fields(sent: Mapping[str, Any], wanted: Mapping[str, bool]) -> dict[str, Any]:
    """What a command takes of `sent`; unknown fields are left aside. Raises BenchRefusal 422."""
    missing = [name for name, needed in wanted.items() if needed and sent.get(name) is None]
    if missing:
        raise BenchRefusal(422, f"missing: {', '.join(missing)}")
    return {name: sent[name] for name in wanted if sent.get(name) is not None}


def refused(refusal: BenchRefusal) -> Response:
    """A refusal as the API's problem."""
    return problem(refusal.status, refusal.detail)


def problem(status: int, detail: str) -> Response:
    """One problem+json."""
    code = CODES.get(status, "INVALID")
    said = {
        "type": "about:blank", "title": code, "status": status, "code": code, "detail": detail, "objections": [],
    }  # fmt: skip
    response = make_response(jsonify(said), status)
    response.content_type = "application/problem+json"
    return response


def page(bench: BenchPort) -> Response:
    """The workshop on one page; its script asks for /bench/state and redraws what changed."""
    state = bench.state()
    nodes = [
        {"id": node, "most_w": RULERS_W.get(facts["machine"][:3], RULER_W), **facts}
        for node, facts in state["nodes"].items()
    ]
    badges = sorted(state["badges"], key=lambda badge: not badge.get("fixed"))
    shown = [badge for badge in badges if badge.get("fixed")]
    return make_response(
        render_template(
            "bench.html",
            state=state,
            nodes=nodes,
            badges=shown,
            others=badges[len(shown) :],
            words=words(),
            notes={role: voice().text(word) for role, word in ROLES.items()},
        )
    )


def words() -> dict[str, str]:
    """What the script says, in the reader's language."""
    said = {name: voice().text(sentence) for name, sentence in SAID.items()}
    lights = {f"light {name}": voice().text(word) for name, word in LIGHTS.items()}
    sounds = {f"sound {name}": voice().text(word) for name, word in SOUNDS.items()}
    reasons = {f"reason {code}": voice().say(code.value, {}) for code in Reason}
    return said | lights | sounds | reasons


ROLES = {"manager": mark("manager"), "staff": mark("staff"), "trainer": mark("trainer")}
SAID = {
    "free": mark("Free"),
    "in-use": mark("In use"),
    "starting": mark("Starting"),
    "ending": mark("Ending"),
    "run-on": mark("Extraction running on"),
    "out": mark("Blocked"),
    "offline": mark("Offline"),
    "dark": mark("No mains"),
    "closed": mark("Relay closed"),
    "powered": mark("powered"),
    "open": mark("Relay open"),
    "unpowered": mark("not powered"),
    "runs": mark("running"),
    "stands": mark("stopped"),
    "here": mark("Lay the badge here"),
    "reading": mark("Reading…"),
    "choose": mark("First choose a badge above."),
    "leaping": mark("Time is passing…"),
    "allowed": mark("badge read, decision: granted"),
    "refused": mark("badge read, decision: refused"),
    "ended": mark("badge read, session ended"),
    "handover": mark("badge read, handed over"),
    "maintenance": mark("badge read, maintenance begins"),
    "stay": mark("badge read, the session goes on"),
    "sign-off": mark("badge read for a sign-off"),
    "enrol": mark("new badge taken"),
    "until": mark("until"),
    "cable-out": mark("network cable pulled"),
    "cable-in": mark("network cable back"),
    "mains-out": mark("mains cut"),
    "mains-in": mark("mains back"),
    "pressed": mark("pressed"),
    "released": mark("released"),
    "estop": mark("emergency stop"),
    "stop": mark("stop button"),
    "extend": mark("extend button"),
    "report": mark("report button"),
    "extraction_ok": mark("air flow contact"),
    "feedback": mark("contactor's mirror contact"),
    "bypass": mark("bypass key"),
    "clock": mark("the clock went on"),
    "skew": mark("the node's wall clock was shifted"),
    "silent": mark("silent"),
    "failed": mark("That did not work:"),
}
