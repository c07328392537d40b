"""Who of the staff must hear of it now? A mail to each of them, and a line of the audit; the same thing once an hour.

The machine goes on without an answer: an alert asks people to look, it decides nothing.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from hub.ports import Tx
from hub.services import telling

QUIET = timedelta(hours=1)  # whoever plays with a lost badge fills no mailbox


def tell_staff(
    tx: Tx, lab: str, template: str, about: str, now: datetime, params: Mapping[str, Any] | None = None
) -> int:
    """Mail the staff of a lab about a thing (an id); 0 when they heard of it within the hour. How many were told."""
    staff = tx.people.staff_of(lab)
    if not staff or _told(tx, staff[0].id, template, about, now):
        return 0
    tx.audit.append(lab, "hub", f"alert.{template}", about, {}, now)
    for one in staff:
        telling.mail_person(tx, lab, one.id, template, now, {**(params or {}), "about": about})
    return len(staff)


def _told(tx: Tx, person: str, template: str, about: str, now: datetime) -> bool:
    return any(
        parcel.payload.get("template") == template and parcel.payload.get("params", {}).get("about") == about
        for parcel in tx.outbox.latest("mail", person, now - QUIET)
    )
