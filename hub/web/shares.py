"""How much of my share is used? The quota that bears on a slot, as a rule from 0 to its limit and in a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.booking import BookingRules, Request, Wanted
from core.booking.quotas import outside_quotas, used
from core.terms import Quota, Unit, Window
from hub.ports import Machine
from hub.web.house import now
from hub.words import Voice
from hub.words.catalogs import mark

SAID: Mapping[tuple[Unit, Window], str] = {
    (Unit.MINUTES, Window.WEEK): mark("%(used)s of %(most)s this week"),
    (Unit.MINUTES, Window.DAY): mark("%(used)s of %(most)s that day"),
    (Unit.MINUTES, Window.ROLLING): mark("%(used)s of %(most)s in seven days"),
    (Unit.MINUTES, Window.FUTURE): mark("%(used)s of %(most)s booked ahead"),
    (Unit.COUNT, Window.WEEK): mark("%(used)s of %(most)s bookings this week"),
    (Unit.COUNT, Window.DAY): mark("%(used)s of %(most)s bookings that day"),
    (Unit.COUNT, Window.ROLLING): mark("%(used)s of %(most)s bookings in seven days"),
    (Unit.COUNT, Window.FUTURE): mark("%(used)s of %(most)s bookings ahead"),
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


def share_of(machine: Machine, wanted: Wanted, rules: BookingRules, speech: Voice) -> Share | None:
    """The fullest quota that counts this slot; None where no quota does."""
    request = Request(wanted, (), rules, now())
    if request.staff or request.wanted.programme or not rules.terms.quotas:
        return None
    quota, had = max(used(request), key=lambda one: one[1] / max(one[0].most, 1), default=(None, 0))
    if quota is None or quota.most <= 0:
        return None
    family = machine.family_names.get(speech.lang, machine.family)
    title = speech.text(mark("Your share: %(family)s"), family=family)
    free = outside_quotas(request)
    more = 0 if free else wanted.span.minutes if quota.unit is Unit.MINUTES else 1
    sentence = speech.text(SAID[quota.unit, quota.window], used=_amount(quota, had, speech), most=_amount(quota, quota.most, speech))  # fmt: skip
    beside = speech.text(mark("Booked on the day itself, it does not count.")) if free else speech.text(mark("%(sum)s with this choice"), sum=_amount(quota, had + more, speech))  # fmt: skip
    return Share(title, sentence, beside, _pct(had, quota), min(_pct(more, quota), 100 - _pct(had, quota)), _numbers(quota))  # fmt: skip


def _amount(quota: Quota, amount: int, speech: Voice) -> str:
    return speech.duration(amount) if quota.unit is Unit.MINUTES else str(amount)


def _pct(amount: int, quota: Quota) -> float:
    return round(min(100.0, 100 * amount / quota.most), 2)


def _numbers(quota: Quota) -> tuple[tuple[float, str], ...]:
    """The figures under the rule: hours or bookings, seven at most."""
    unit = 60 if quota.unit is Unit.MINUTES else 1
    last = quota.most / unit
    step = max(1, -(-int(last) // 6))
    return tuple((round(100 * at / last, 2), str(at)) for at in range(0, int(last) + 1, step))
