"""The booking tests' own corner of the workshop: who holds what, and the figures of F1."""

from datetime import datetime

from core.booking import BookingRules, Taken, Wanted, objections
from core.holder import Held, Holder
from core.terms import Quota, Terms, Unit, Window
from core.vocabulary import Reason, ReservationKind, ReservationStatus
from tests.changing import replace
from tests.core.workshop import LAS_1, NOW, at, hours

WEEKLY = Quota(360)
AHEAD = Quota(2, Unit.COUNT, Window.FUTURE)
F1 = Terms(quotas=(WEEKLY, AHEAD), orphan_gap=True, horizons_d={"staff": 180, "day-pass": 3})
RULES = BookingRules(LAS_1, hours(), terms=F1)


def wanted(start: str, end: str, day: str = "2026-11-27", **more: object) -> Wanted:
    """Amélie's slot between two times of a day, a Friday unless said."""
    return Wanted(at(f"{day} {start}"), at(f"{day} {end}"), **{"who": "amelie", **more})  # type: ignore[arg-type]


def taken(start: str, end: str, who: str = "bram", day: str = "2026-11-27", **more: object) -> Taken:
    """Somebody's seat on that day; seat 1 unless said."""
    return Taken(**{"seat": 1, "start": at(f"{day} {start}"), "end": at(f"{day} {end}"), "who": who} | more)  # type: ignore[arg-type]


def holds(start: str, end: str, **more: object) -> Held:
    """What Amélie holds between two local wall times: a laser booking, unless said."""
    whole: dict[str, object] = {
        "id": f"r-{start}", "who": "amelie", "machine": "LAS-2", "family": "laser",
        "kind": ReservationKind.BOOKING, "status": ReservationStatus.CONFIRMED, "start": at(start), "end": at(end),
    }  # fmt: skip
    return Held(**whole | more)  # type: ignore[arg-type]


def amelie(*held: Held, rules: BookingRules = RULES, **facts: object) -> BookingRules:
    """The rules with Amélie as the holder of all that."""
    return replace(rules, holder=Holder("amelie", held=held, **facts))  # type: ignore[arg-type]


def said(
    slot: Wanted, *busy: Taken, rules: BookingRules = RULES, now: datetime = NOW
) -> list[tuple[Reason, dict[str, object]]]:
    """Every objection with its parameters."""
    return [(one.code, dict(one.params)) for one in objections(slot, busy, rules, now)]


def codes(slot: Wanted, *busy: Taken, rules: BookingRules = RULES, now: datetime = NOW) -> list[Reason]:
    """Every code against the slot."""
    return [code for code, _ in said(slot, *busy, rules=rules, now=now)]
