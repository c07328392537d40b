"""Which figures may staff set, and what is a sensible value of each? One table, read aloud by the rules' page.

Units are in the names. Lab, family and machine may each set any of them; the nearest wins (core.rulebook).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from core.holidays import NAMES
from core.terms import Scope, Subject, Unit, Window

Value = Any  # what JSON can say
Why = str | None  # what is wrong, as a short code; None: nothing


@dataclass(frozen=True, slots=True)
class Parameter:
    """One figure: its usual value, and what is wrong with another (None: nothing)."""

    usual: Value
    wrong: Callable[[Value], Why]
    least: int | None = None
    most: int | None = None
    choices: tuple[str, ...] = ()


def whole(usual: int | None, least: int, most: int, *, none: bool = False) -> Parameter:
    """A whole number in [least, most]; `none`: or nothing at all, for "no limit"."""

    def wrong(value: Value) -> Why:
        if value is None:
            return None if none else "kind"
        if not isinstance(value, int) or isinstance(value, bool):
            return "kind"
        return None if least <= value <= most else "range"

    return Parameter(usual, wrong, least, most)


def flag(*, usual: bool) -> Parameter:
    """Yes or no."""
    return Parameter(usual, lambda value: None if isinstance(value, bool) else "kind")


def choice(usual: str, *choices: str) -> Parameter:
    """One of a few words."""
    return Parameter(usual, lambda value: None if value in choices else "choice", choices=choices)


def text(usual: str | None) -> Parameter:
    """A short name, or nothing."""
    return Parameter(usual, lambda value: None if value is None or _named(value) else "kind")


def _named(value: Value) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 40


def local(usual: str | None) -> Parameter:
    """A wall time "20:00", or nothing."""
    return Parameter(usual, lambda value: None if value is None or minute_of(value) is not None else "kind")


def minute_of(value: Value) -> int | None:
    """Minutes since midnight of "20:00" (24:00 too); None for anything else."""
    if not isinstance(value, str) or len(value) != 5 or value[2] != ":":
        return None
    hour, minute = value[:2], value[3:]
    if not (hour + minute).isascii() or not (hour + minute).isdigit():
        return None
    total = int(hour) * 60 + int(minute)
    return total if int(minute) < 60 and total <= 24 * 60 else None


def several(wrong: Callable[[Value], Why], *usual: Value) -> Parameter:
    """A list, each member with its own check."""

    def check(value: Value) -> Why:
        if not isinstance(value, list | tuple):
            return "kind"
        return next((why for one in value if (why := wrong(one)) is not None), None)

    return Parameter(usual, check)


def _holiday(value: Value) -> Why:
    return None if isinstance(value, str) and value in NAMES else "choice"


_QUOTA = {"unit": Unit, "window": Window, "scope": Scope, "subject": Subject}


def _quota(value: Value) -> Why:
    if not isinstance(value, Mapping) or set(value) - {"most", "peak_only", *_QUOTA}:
        return "kind"
    most, peak = value.get("most"), value.get("peak_only", False)
    if not isinstance(most, int) or isinstance(most, bool) or most < 0 or not isinstance(peak, bool):
        return "kind"
    words = ((kind, value[name]) for name, kind in _QUOTA.items() if name in value)
    return next(("choice" for kind, word in words if word not in set(kind)), None)


def _daily(value: Value) -> Why:
    if not isinstance(value, Mapping) or set(value) - {"from", "to", "weekdays"}:
        return "kind"
    if minute_of(value.get("from")) is None or minute_of(value.get("to")) is None:
        return "kind"
    days = value.get("weekdays", [])
    known = isinstance(days, list | tuple) and all(isinstance(day, int) and 0 <= day <= 6 for day in days)
    return None if known else "range"


DAY = 24 * 60
PEAK = (  # when everybody wants a machine: Thursday evening and Saturday (R15, R20)
    {"from": "17:00", "to": "22:00", "weekdays": [3]},
    {"from": "00:00", "to": "24:00", "weekdays": [5]},
)
PARAMETERS: Mapping[str, Parameter] = MappingProxyType(
    {
        # when: grid, lengths, horizon, quiet (rules R02 to R13)
        "step_min": whole(15, 5, 240),
        "min_duration_min": whole(30, 5, DAY),
        "max_duration_min": whole(120, 5, 7 * DAY),
        "max_session_min": whole(180, 5, 7 * DAY),
        "cleanup_min": whole(0, 0, 120),
        "buffer_after_min": whole(0, 0, DAY),
        "machines_off_min": whole(15, 0, 240),
        "last_start_min": whole(30, 0, 240),
        "horizon_d": whole(14, 0, 400),
        "horizon_staff_d": whole(180, 0, 400),
        "horizon_day_pass_d": whole(3, 0, 400),
        "horizon_opens_at": local("12:00"),
        "horizon_opens_min": whole(720, 0, DAY),
        "token_horizon_d": whole(2, 0, 30),
        "lead_min": whole(0, 0, 14 * DAY),
        "quiet_from": local(None),
        "quiet_to": local(None),
        "holidays": several(_holiday),
        # runs without their holder (R13)
        "unattended": text(None),
        "unattended_max_min": whole(960, 5, 7 * DAY),
        "rebadge_min": whole(20, 0, 120),
        "unstaffed_max_h": whole(24, 0, 168),
        # fair shares (R15-R18, R21, R23)
        "quota_week_min": whole(None, 0, 7 * DAY, none=True),
        "quota_future": whole(None, 0, 1000, none=True),
        "quotas": several(_quota),
        "same_day_exempt": flag(usual=True),
        "peak": several(_daily, *PEAK),
        "min_gap_min": whole(0, 0, DAY),
        "orphan_gap": flag(usual=True),
        "most_attended": whole(1, 1, 20),
        "most_unattended": whole(2, 0, 20),
        "keep_free": whole(0, 0, 100),
        "class_ahead_h": whole(72, 0, 720),
        "group_ratio": whole(6, 1, 50),
        "min_age": whole(0, 0, 99),
        "conditional_h": whole(24, 0, 720),
        "travel_min": whole(30, 0, 240),
        # running the slot (R32-R45)
        "grace_min": whole(15, 0, 240),
        "early_min": whole(15, 0, 240),
        "walkup": flag(usual=True),
        "walkup_min": whole(30, 5, DAY),
        "walkup_least_min": whole(10, 0, 120),
        "tolerance_s": whole(300, 0, 3600),
        "idle_max_min": whole(20, 0, DAY),
        "idle_warn_s": whole(180, 10, 3600),
        "dead_man_min": whole(0, 0, DAY),
        "takeover_min": whole(10, 0, DAY),
        "needs_pin": flag(usual=False),
        "badge_mode": choice("tap", "tap", "slot"),
        "unattended_idle_min": whole(15, 1, DAY),
        "stop": choice("finish", "finish", "now"),
        "cap_s": whole(1200, 0, 86400, none=True),
        "at_cap": choice("alarm", "alarm", "cut"),
        "pre_run_s": whole(0, 0, 3600),
        "run_on_s": whole(0, 0, 3600),
        "buddy": choice("no", "no", "off-hours", "always"),
        # preventive upkeep (R48): due after so many hours of power, or so many days; none: nobody asks
        "upkeep_h": whole(None, 1, 100_000, none=True),
        "upkeep_d": whole(None, 1, 3660, none=True),
    }
)
ALIASES: Mapping[str, str] = MappingProxyType(  # the table of rules.md says it shorter
    {
        "min_min": "min_duration_min",
        "max_min": "max_duration_min",
        "closing_margin_min": "machines_off_min",
        "stop_policy": "stop",
    }
)
