"""Which rules hold for a machine? Lab -> family -> machine, the nearest wins; every change is a new version.

A book is never edited: a change makes the next version or says what is wrong with it, and the bookings made under
an earlier version stand. `usual` values are a template for a new lab, not a rule that nobody wrote; but when the busy hours are
is no rule, and has to be known (R20).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType

from core.holder import Plan
from core.parameters import ALIASES, PARAMETERS, PEAK, Value, minute_of
from core.terms import Daily, Quota, Scope, Subject, Terms, Unit, Window

Values = Mapping[str, Value]
EVERY_DAY = (0, 1, 2, 3, 4, 5, 6)
_PLAIN = frozenset(  # the parameters that Terms knows under the same name
    {
        "lead_min", "buffer_after_min", "token_horizon_d", "same_day_exempt", "min_gap_min", "orphan_gap",
        "most_attended", "most_unattended", "unattended", "unattended_max_min", "rebadge_min", "unstaffed_max_h",
        "class_ahead_h", "keep_free", "min_age", "group_ratio", "conditional_h",
        "travel_min",
    }
)  # fmt: skip


class Level(StrEnum):
    """Whose rules: the outermost to the nearest."""

    LAB = "lab"
    FAMILY = "family"
    MACHINE = "machine"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a proposed value: `why` is unknown, kind, range, choice or together."""

    name: str
    why: str
    params: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RuleBook:
    """All rules of one lab at one version."""

    version: int = 0
    lab: Values = field(default_factory=dict)
    families: Mapping[str, Values] = field(default_factory=dict)
    machines: Mapping[str, Values] = field(default_factory=dict)

    def of(self, family: str, machine: str) -> Values:
        """What holds for a machine: the nearest of the three."""
        return resolve(self.lab, self.families.get(family, {}), self.machines.get(machine, {}))

    def changed(self, level: Level, name: str, values: Values) -> "RuleBook | tuple[Fault, ...]":
        """The next version with `values` as all that this level says of `name`; or everything wrong with it."""
        wrong = faults(values)
        if wrong:
            return wrong
        said = MappingProxyType(resolve(values))
        after = replace(self, version=self.version + 1)
        if level is Level.LAB:
            return replace(after, lab=said)
        if level is Level.FAMILY:
            return replace(after, families={**self.families, name: said})
        return replace(after, machines={**self.machines, name: said})


def resolve(*levels: Values) -> dict[str, Value]:
    """The levels as one, from the outermost to the nearest, under their full names."""
    found: dict[str, Value] = {}
    for level in levels:
        found |= {ALIASES.get(name, name): value for name, value in level.items()}
    return found


def faults(values: Values) -> tuple[Fault, ...]:
    """Everything wrong with the values of one level, then with what they say together."""
    alone = tuple(_alone(resolve(values)))
    return alone or tuple(together(resolve(values)))


def _alone(values: Values) -> Iterator[Fault]:
    for name, value in values.items():
        parameter = PARAMETERS.get(name)
        if parameter is None:
            yield Fault(name, "unknown")
            continue
        why = parameter.wrong(value)
        if why is not None:
            limits = {"least": parameter.least, "most": parameter.most}
            yield Fault(name, why, {key: bound for key, bound in limits.items() if bound is not None})


def together(values: Values) -> Iterator[Fault]:
    """What contradicts itself in resolved rules; of what is not said nothing is demanded."""
    step = values.get("step_min")
    for name in ("buffer_after_min", "min_duration_min", "max_duration_min"):
        if step and (values.get(name) or 0) % step:
            yield Fault(name, "together", {"step_min": step})
    for small, great in (("min_duration_min", "max_duration_min"), ("max_duration_min", "max_session_min")):
        least, most = values.get(small), values.get(great)
        if least is not None and most is not None and least > most:
            yield Fault(small, "together", {great: most})
    if (values.get("quiet_from") is None) != (values.get("quiet_to") is None):
        yield Fault("quiet_to", "together", {"quiet_from": str(values.get("quiet_from"))})
    if step and 24 * 60 % step:
        yield Fault("step_min", "together", {"day_min": 24 * 60})


def terms_of(values: Values) -> Terms:
    """The terms of booking that resolved rules say; unknown names are left alone."""
    said = resolve(values)
    figures = {name: said[name] for name in _PLAIN if name in said}
    horizons = {Plan.STAFF: "horizon_staff_d", Plan.GUEST: "horizon_day_pass_d"}
    return Terms(
        **figures,
        horizons_d={plan: said[name] for plan, name in horizons.items() if said.get(name) is not None},
        quotas=tuple(_quotas(said)),
        peak=tuple(_daily(one) for one in said.get("peak", PEAK)),
        quiet=_quiet(said),
    )


def _quotas(said: Values) -> Iterable[Quota]:
    if said.get("quota_week_min") is not None:
        yield Quota(said["quota_week_min"], Unit.MINUTES, Window.WEEK)
    if said.get("quota_future") is not None:
        yield Quota(said["quota_future"], Unit.COUNT, Window.FUTURE)
    for one in said.get("quotas", ()):
        yield Quota(
            one["most"],
            Unit(one.get("unit", Unit.MINUTES)),
            Window(one.get("window", Window.WEEK)),
            Scope(one.get("scope", Scope.FAMILY)),
            Subject(one.get("subject", Subject.PERSON)),
            one.get("peak_only", False),
        )


def _quiet(said: Values) -> Daily | None:
    start, end = minute_of(said.get("quiet_from")), minute_of(said.get("quiet_to"))
    return None if start is None or end is None else Daily(start, end)


def _daily(said: Values) -> Daily:
    start, end = minute_of(said["from"]), minute_of(said["to"])
    return Daily(start or 0, end or 0, tuple(said.get("weekdays") or EVERY_DAY))
