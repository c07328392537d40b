"""What nearly went wrong, or did: who writes it down, and when is it closed? A log for the staff alone, apart from faults (R50).

1. No page, board or answer for others shows it, with or without names; the audit has ids alone.
2. It is closed by what was done about it, and opened again when that was not all.
3. Whom it concerned is kept, for as long as the law may ask (E41).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from core.vocabulary import Reason
from hub.ports import Incident, IncidentKind, Person, Tx
from hub.services.refused import Refused, refused

EARLIEST: Final = timedelta(days=3660)  # before that it is a slip of the keyboard
HELD: Final = timedelta(days=731)  # E41: 24 months, of which one may have a 29th of February
MOST_PEOPLE: Final = 50


@dataclass(frozen=True, slots=True)
class Happened:
    """What somebody of the staff writes down; `concerned` are ids of people of the lab."""

    kind: IncidentKind
    machine: str | None
    at: datetime
    words: str
    concerned: tuple[str, ...] = ()


def log(tx: Tx, by: Person, lab: str, happened: Happened, now: datetime) -> Incident | Refused:
    """Write it down. Refused: FORBIDDEN (staff), INVALID {field: at|machine|words|concerned}."""
    if not by.is_staff(lab):
        return refused(Reason.FORBIDDEN)
    made = Incident(
        tx.fresh_id(), lab, happened.kind, happened.machine, happened.at, happened.words.strip(), by.id, now,
        tuple(sorted(set(happened.concerned))),
    )  # fmt: skip
    if wrong := _wrong(tx, made, now):
        return wrong
    tx.incidents.save(made)
    _told(tx, made, by, "incident.logged", now)
    return made


def change(
    tx: Tx, by: Person, seen: Incident, values: Mapping[str, Any], now: datetime
) -> Incident | Refused:
    """Set kind, machine, at, words, concerned or done of what was `seen`; `closed` True closes it, False opens it again.

    Refused: FORBIDDEN, CHANGED (somebody was first), INVALID {field} as in `log`, and {done}: closed without saying what was done.
    """
    if not by.is_staff(seen.lab):
        return refused(Reason.FORBIDDEN)
    if tx.incidents.get(seen.id, lock=True) != seen:
        return refused(Reason.CHANGED)
    closed = values.get("closed", seen.closed is not None)
    changed = replace(seen, **_words_of(values), **_closed(seen, by, closed=closed, now=now))
    if wrong := _wrong(tx, changed, now):
        return wrong
    if closed and not changed.done:
        return refused(Reason.INVALID, {"field": "done"})
    tx.incidents.save(changed)
    _told(tx, changed, by, _what(seen, changed), now)
    return changed


def held_because_of(tx: Tx, person: str, now: datetime) -> Sequence[Incident]:
    """The incidents of the last 24 months that concern a person (E41): who asks to be forgotten is told of them first."""
    return tx.incidents.concerning(person, now - HELD)


def _words_of(values: Mapping[str, Any]) -> dict[str, Any]:
    said = {name: values[name] for name in ("kind", "machine", "at") if name in values}
    said |= {name: values[name].strip() for name in ("words", "done") if name in values}
    if "concerned" in values:
        said["concerned"] = tuple(sorted(set(values["concerned"])))
    return said


def _closed(seen: Incident, by: Person, *, closed: bool, now: datetime) -> dict[str, Any]:
    """When and by whom it was closed: what is closed already stays so."""
    if closed == (seen.closed is not None):
        return {}
    return {"closed": now, "closed_by": by.id} if closed else {"closed": None, "closed_by": None}


def _what(seen: Incident, changed: Incident) -> str:
    if (seen.closed is None) == (changed.closed is None):
        return "incident.changed"
    return "incident.reopened" if changed.closed is None else "incident.closed"


def _wrong(tx: Tx, one: Incident, now: datetime) -> Refused | None:
    machine = tx.machines.get(one.machine) if one.machine is not None else None
    against = {
        "at": not now - EARLIEST < one.at <= now,
        "machine": one.machine is not None and (machine is None or machine.lab != one.lab),
        "words": not one.words,
        "concerned": len(one.concerned) > MOST_PEOPLE
        or not all(_theirs(tx, who, one.lab) for who in one.concerned),
    }
    found = next((name for name, wrong in against.items() if wrong), None)
    return refused(Reason.INVALID, {"field": found}) if found else None


def _theirs(tx: Tx, person: str, lab: str) -> bool:
    found = tx.people.get(person)
    return found is not None and lab in (found.lab, *found.roles)


def _told(tx: Tx, one: Incident, by: Person, action: str, now: datetime) -> None:
    tx.audit.append(one.lab, by.id, action, one.id, {"kind": one.kind.value, "machine": one.machine}, now)
