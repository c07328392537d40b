"""Who is in the lab, and what was done there? Pages for staff, newest first."""

from collections.abc import Sequence
from datetime import datetime

from hub.ports import Entry, Person, Tx


def members_page(
    tx: Tx, lab: str, email: str | None, before: tuple[datetime, str] | None, limit: int
) -> Sequence[Person]:
    """At most `limit` members behind `before`, or the one with this address."""
    if email is None:
        return tx.people.newest(lab, limit, before)
    found = tx.people.by_email(email)
    return [found] if found is not None and lab in {found.lab, *found.roles} else []


def audit_page(tx: Tx, lab: str, before: tuple[datetime, str] | None, limit: int) -> Sequence[Entry]:
    """At most `limit` audit rows of a lab, newest first; `before` ends with the seq of the last one seen."""
    seq = before[1] if before else ""
    if before is not None and not (seq.isascii() and seq.isdigit() and len(seq) < 19):
        return []
    return tx.audit.newest(lab, limit, int(seq) if before else None)
