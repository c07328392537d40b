"""Who must hear that a reservation changed? The node, the board, the holder's mail, the audit: all after the commit."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from core.timeline import stamp
from hub.ports import Reservation, Tx
from hub.services import granting


def tell(
    tx: Tx, told: Reservation, by: str, action: str, now: datetime, more: Mapping[str, Any] | None = None
) -> None:
    """Everybody who must know of `action`; `more` are parameters of the mail, rendered in the holder's language later."""
    quietly(tx, told, by, action, now)
    mail(tx, told, action, now, more)


def quietly(tx: Tx, told: Reservation, by: str, action: str, now: datetime) -> None:
    """The same without a mail: one for many is sent by whoever made them."""
    granting.changed_in(tx, {told.machine: told.lab}, now)
    tx.audit.append(told.lab, by, action, told.id, {"machine": told.machine, "member": told.person}, now)


def mail(
    tx: Tx, about: Reservation, template: str, now: datetime, more: Mapping[str, Any] | None = None
) -> None:
    """A mail to the holder about a reservation."""
    params = {"machine": about.machine, "start": stamp(about.start), "end": stamp(about.end), **(more or {})}
    payload = {"template": template, "reservation": about.id, "params": params}
    tx.outbox.put(about.lab, "mail", about.person, payload, now)


def mail_person(
    tx: Tx, lab: str, person: str, template: str, now: datetime, params: Mapping[str, Any]
) -> None:
    """A mail to a person that is about no one reservation."""
    tx.outbox.put(lab, "mail", person, {"template": template, "params": dict(params)}, now)
