"""Who of the staff hears what a box reported? A danger and a bad test at once; the same thing once an hour."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from hub.ports import Node, Tx
from hub.services import alerting
from hub.services.fitness import BAD

DANGER: Final = "danger"
OWN: Final[Mapping[str, str]] = {"first-layer": "print.unseen", "shelf-damaged": "node.unfit"}
"""What the box reports by itself, and the letter of it."""


def reported(tx: Tx, node: Node, data: Mapping[str, Any], now: datetime) -> None:
    """Somebody reported something at the machine; without a severity it was the button, which is for danger."""
    severity = data.get("severity") or DANGER
    by_people = "machine.danger" if severity == DANGER else "machine.reported"
    template = OWN.get(str(data.get("category")), by_people)
    alerting.tell_staff(tx, node.lab, template, node.machine, now, {"machine": node.machine})


def tested(tx: Tx, node: Node, data: Mapping[str, Any], now: datetime) -> None:
    """The box has tested itself: what is bad is nobody's to find by chance."""
    if data.get("result") == BAD:
        alerting.tell_staff(tx, node.lab, "node.unfit", node.machine, now, {"machine": node.machine})
