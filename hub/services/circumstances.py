"""What do the rules ask of a person beside what was learnt? Age and consent, a day pass, with whom quotas are shared (R15, R22, R23).

Staff write it down, nobody his own; core.booking and the nodes' views read it from here alone.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from core.admission import adult_at
from core.timeline import local_day
from hub.ports import Person, Tx

FIELDS = frozenset({"birth", "household", "organisation", "pass_day", "host", "consent_until"})
LONGEST = 40  # letters of a household's or an organisation's name
OLDEST = 130  # years


def wrong(tx: Tx, member: Person, values: Mapping[str, Any], now: datetime) -> str | None:
    """The first field that makes no sense for this member; None: all of them do."""
    today = local_day(now, zone_of(tx, member.lab))
    checks: Mapping[str, Callable[[Any], bool]] = {
        "birth": lambda day: day <= today and today.year - day.year <= OLDEST,
        "household": lambda name: len(name) <= LONGEST,
        "organisation": lambda name: len(name) <= LONGEST,
        "pass_day": lambda day: day >= today,
        "host": lambda person: _may_host(tx, person, member, now),
        "consent_until": lambda _: (values.get("birth") or member.birth) is not None,
    }
    told = ((name, values[name]) for name in sorted(FIELDS & values.keys()) if values[name] is not None)
    return next((name for name, value in told if not checks[name](value)), None)


def settled(tx: Tx, member: Person, values: Mapping[str, Any]) -> dict[str, Any]:
    """As it is kept: an empty name is none, and no consent outlasts the eighteenth birthday (R23)."""
    kept: dict[str, Any] = {
        name: (value.strip() or None) if isinstance(value, str) else value for name, value in values.items()
    }
    birth: date | None = kept.get("birth", member.birth)
    until = kept.get("consent_until", member.consent_until)
    if birth is not None and until is not None:
        kept["consent_until"] = min(until, adult_at(birth, zone_of(tx, member.lab)))
    return kept


def zone_of(tx: Tx, lab: str) -> str:
    """Where its wall clock hangs."""
    found = tx.machines.lab(lab)
    return found.zone if found else "UTC"


def _may_host(tx: Tx, host: str, guest: Person, now: datetime) -> bool:
    """Somebody of the house answers for a guest: no guest himself, and welcome still."""
    found = tx.people.get(host)
    if found is None or found.id == guest.id or found.pass_day is not None:
        return False
    return bool(found.roles.get(guest.lab)) and str(found.standing(now)) in ("active", "grace")
