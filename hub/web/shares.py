"""How much of my share is used? The quota that bears on a slot, as a rule from 0 to its limit and in a sentence."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.booking import BookingRules, Request, Wanted
from core.booking.quotas import outside_quotas, used
from core.terms import Quota, Unit, Window
from hub.ports import Machine
from hub.web.house import now
from hub.words import Voice
from hub.words.catalogs import mark

STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)  # round figures under a rule
MOST_NUMBERS = 8  # that fit on a phone of 320 px
SAID: Mapping[tuple[Unit, Window], str] = {
    (Unit.MINUTES, Window.WEEK): mark("%(used)s of %(most)s this week"),
    (Unit.MINUTES, Window.DAY): mark("%(used)s of %(most)s that day"),
    (Unit.MINUTES, Window.ROLLING): mark("%(used)s of %(most)s in seven days"),
    (Unit.MINUTES, Window.FUTURE): mark("%(used)s of %(most)s booked ahead"),
    (Unit.COUNT, Window.WEEK): mark("Bookings this week: %(used)s of %(most)s"),
    (Unit.COUNT, Window.DAY): mark("Bookings that day: %(used)s of %(most)s"),
    (Unit.COUNT, Window.ROLLING): mark("Bookings in seven days: %(used)s of %(most)s"),
    (Unit.COUNT, Window.FUTURE): mark("Bookings ahead: %(used)s of %(most)s"),
}


RULES: Mapping[tuple[Unit, Window], str] = {
    (Unit.MINUTES, Window.WEEK): mark("Up to %(most)s a week."),
    (Unit.MINUTES, Window.DAY): mark("Up to %(most)s a day."),
    (Unit.MINUTES, Window.ROLLING): mark("Up to %(most)s in seven days."),
    (Unit.MINUTES, Window.FUTURE): mark("Up to %(most)s booked ahead."),
    (Unit.COUNT, Window.WEEK): mark("Bookings a week: %(most)s at most."),
    (Unit.COUNT, Window.DAY): mark("Bookings a day: %(most)s at most."),
    (Unit.COUNT, Window.ROLLING): mark("Bookings in seven days: %(most)s at most."),
    (Unit.COUNT, Window.FUTURE): mark("Bookings ahead: %(most)s at most."),
}


@dataclass(frozen=True, slots=True)
class Share:
    """One quota: `used_pct` is had already, `more_pct` this choice; `numbers` stand under the rule."""

    title: str
    sentence: str
    beside: str
    used_pct: float
    more_pct: float
    numbers: tuple[tuple[float, str], ...]


def quotas_in_words(quotas: Iterable[Quota], speech: Voice) -> list[str]:
    """The quotas of a machine as a member reads them."""
    return [speech.text(RULES[one.unit, one.window], most=_amount(one, one.most, speech)) for one in quotas]


def share_of(
    machine: Machine, wanted: Wanted, rules: BookingRules, speech: Voice, *, chosen: bool = True
) -> Share | None:
    """The quota in minutes that counts this slot, else the fullest; None where no quota does.

    Nothing `chosen` yet: what is used already, alone.
    """
    request = Request(wanted, (), rules, now())
    if request.staff or request.wanted.programme or not rules.terms.quotas:
        return None
    quota, had = max(used(request), key=_weight, default=(None, 0))
    if quota is None or quota.most <= 0:
        return None
    family = machine.family_names.get(speech.lang, machine.family)
    title = speech.text(mark("Your share: %(family)s"), family=family)
    free = outside_quotas(request)
    more = 0 if free or not chosen else wanted.span.minutes if quota.unit is Unit.MINUTES else 1
    sentence = speech.text(SAID[quota.unit, quota.window], used=_amount(quota, had, speech), most=_amount(quota, quota.most, speech))  # fmt: skip
    beside = _beside(quota, had + more, speech, free=free) if chosen else ""
    return Share(title, sentence, beside, _pct(had, quota), min(_pct(more, quota), 100 - _pct(had, quota)), _numbers(quota))  # fmt: skip


def _beside(quota: Quota, total: int, speech: Voice, *, free: bool) -> str:
    if free:
        return speech.text(mark("Booked on the day itself, it does not count."))
    return speech.text(mark("%(sum)s with this choice"), sum=_amount(quota, total, speech))


def _weight(one: tuple[Quota, int]) -> tuple[bool, bool, float]:
    """A full one first, then time before counts, then the fullest."""
    quota, had = one
    return had >= quota.most, quota.unit is Unit.MINUTES, had / max(quota.most, 1)


def _amount(quota: Quota, amount: int, speech: Voice) -> str:
    return speech.duration(amount) if quota.unit is Unit.MINUTES else str(amount)


def _pct(amount: int, quota: Quota) -> float:
    return round(min(100.0, 100 * amount / quota.most), 2)


def _numbers(quota: Quota) -> tuple[tuple[float, str], ...]:
    """The figures under the rule: hours or bookings, seven at most."""
    unit = 60 if quota.unit is Unit.MINUTES else 1
    last = quota.most / unit
    step = next(one for one in STEPS if last / one <= MOST_NUMBERS)
    return tuple((round(100 * at / last, 2), str(at)) for at in range(0, int(last) + 1, step))
