"""Is the workshop open? As the maps of makers' spaces ask it (SpaceAPI, version 15), without a personal datum."""

from typing import Any

from hub.api.door import Answer, Ask, found
from hub.api.routes import Routes
from hub.ports import Tx
from hub.services.welcoming import Welcome, welcome

routes = Routes(prefix="")
LOGO = "/static/glyph.svg"


@routes.add("GET", "/spaceapi.json", query=("lab",), answer="Space")
def space(ask: Ask) -> Answer:
    """Whether the lab is open now; how many are at work only when it is open to the public, and at least three."""
    shown = found(ask.read(lambda tx: _welcome(tx, ask)))
    return Answer(
        _shape(shown, ask.deps.public_url), private=False, headers={"Access-Control-Allow-Origin": "*"}
    )


def _welcome(tx: Tx, ask: Ask) -> Welcome | None:
    first = next(iter(tx.machines.labs()), None)
    return welcome(tx, ask.query.get("lab", first.id if first else ""), ask.now)


def _shape(shown: Welcome, url: str) -> dict[str, Any]:
    state: dict[str, Any] = {"open": shown.is_open, "message": _message(shown)}
    if shown.since is not None:
        state["lastchange"] = int(shown.since.timestamp())
    body: dict[str, Any] = {
        "api_compatibility": ["15"],
        "space": shown.lab.name,
        "logo": url + LOGO,
        "url": url,
        "location": {"timezone": shown.lab.zone},
        "contact": {},
        "state": state,
    }
    if shown.people is not None:
        body["sensors"] = {"people_now_present": [{"value": shown.people, "name": "workshop"}]}
    return body


def _message(shown: Welcome) -> str:
    if shown.to_the_public:
        return "open to the public"
    return "open to members" if shown.is_open else "closed"
