"""Who is in the lab? Pages of its members for staff, newest first."""

from collections.abc import Sequence
from datetime import datetime

from hub.ports import Person, Tx


def members_page(
    tx: Tx, lab: str, email: str | None, before: tuple[datetime, str] | None, limit: int
) -> Sequence[Person]:
    """At most `limit` members behind `before`, or the one with this address."""
    if email is None:
        return tx.people.newest(lab, limit, before)
    found = tx.people.by_email(email)
    return [found] if found is not None and lab in {found.lab, *found.roles} else []
