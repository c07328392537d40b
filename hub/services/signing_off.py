"""What becomes of a sign-off at a machine? A claim on the member's certificate, if its trainer may make it (R28).

The node's word is that two badges were laid there, a minute apart at most. Whether the trainer may sign
is judged here, at the instant of the record; at most twelve claims an hour for a trainer and a node.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from core.vocabulary import Reason
from hub.ports import Node, Tx
from hub.services import certifying
from hub.services.refused import Refused

AN_HOUR = timedelta(hours=1)
MOST_AN_HOUR = 12  # R28


def recorded(tx: Tx, node: Node, said: Mapping[str, Any], at: datetime, now: datetime) -> None:
    """A `sign-off` record has come: claim the certificate, or note why not. `now` dates the audit."""
    trainer, trainee, course = (said.get(name) for name in ("trainer", "trainee", "course"))
    if not (isinstance(trainer, str) and isinstance(trainee, str) and isinstance(course, str)):
        return
    against = _against(tx, node, trainer, course, at)
    if against is None:
        claimed = certifying.claim(tx, trainer, trainee, course, at, f"sign-off at {node.id}")
        against = claimed.code.value if isinstance(claimed, Refused) else None
    if against is not None:
        told = {"trainee": trainee, "course": course, "why": against}
        tx.audit.append(node.lab, trainer, "sign-off.refused", node.id, told, now)


def _against(tx: Tx, node: Node, trainer: str, course: str, at: datetime) -> str | None:
    machine = tx.machines.get(node.machine)
    if machine is None or course not in machine.needs:
        return Reason.INVALID.value
    signed = tx.records.of(node.id, ["sign-off"], MOST_AN_HOUR * 4)
    lately = [one for one in signed if at - AN_HOUR < one.at < at]
    his = [one for one in lately if json.loads(one.text)["data"].get("trainer") == trainer]
    return Reason.RATE_LIMITED.value if len(his) >= MOST_AN_HOUR else None
