"""What is held of me? All of it as one file, for the signed-in person alone; the API's own names, and no secret in it."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, Response

from hub.ports import Person, Tx
from hub.web.house import house, now
from hub.web.signing import somebody

Held = Callable[[Tx, Person, datetime], Mapping[str, Any]]
NAME = 'attachment; filename="loquet-export.json"'


def pages(held: Held) -> Blueprint:
    """The blueprint; `held` reads everything of a person."""
    blueprint = Blueprint("taking", __name__)

    @blueprint.get("/mine/export")
    def export() -> Response:
        """The file."""
        person, at = somebody(), now()
        told = house().store.read(lambda tx: held(tx, person, at))
        text = json.dumps(told, ensure_ascii=False, indent=1)
        return Response(text, mimetype="application/json", headers={"Content-Disposition": NAME})

    return blueprint
