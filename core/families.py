"""What are the usual rules of a machine family? The table of defaults: a template for a new lab, all of it editable.

Columns as in docs: grid, least, most, session; quota a week and ahead; grace and early; clean-up and buffer; the rest.
"""

from collections.abc import Mapping
from types import MappingProxyType

from core.parameters import PARAMETERS, Value

LAB: Mapping[str, Value] = MappingProxyType(
    {
        name: PARAMETERS[name].usual
        for name in (
            "machines_off_min", "last_start_min", "horizon_d", "horizon_opens_at", "horizon_staff_d",
            "horizon_day_pass_d", "token_horizon_d", "lead_min", "walkup_min", "walkup_least_min", "same_day_exempt",
            "orphan_gap", "min_gap_min", "most_attended", "most_unattended", "class_ahead_h", "tolerance_s",
        )
    }
)  # fmt: skip
_COLUMNS = (
    "step_min", "min_duration_min", "max_duration_min", "max_session_min", "quota_week_min", "quota_future",
    "grace_min", "early_min", "cleanup_min", "buffer_after_min",
)  # fmt: skip
_RUNNING = ("pre_run_s", "run_on_s", "idle_max_min", "stop", "cap_s", "unattended", "buddy")
_TABLE: Mapping[str, tuple[tuple[int | None, ...], tuple[Value, ...]]] = {
    "laser": ((15, 30, 120, 180, 360, 2, 15, 15, 5, 0), (45, 180, 20, "finish", 1200, None, "no")),
    "cnc-large": (
        (30, 60, 240, 300, 480, 2, 15, 15, 10, 30),
        (10, 60, 20, "finish", 1200, None, "off-hours"),
    ),
    "cnc-small": ((30, 30, 240, 300, 600, 3, 15, 15, 10, 0), (0, 0, 30, "finish", 1800, None, "no")),
    "fdm": ((30, 30, 960, 960, 2400, 4, 15, 15, 10, 0), (0, 0, 30, "finish", None, "3DPN", "no")),
    "resin": ((30, 60, 720, 720, 1440, 2, 15, 15, 15, 0), (0, 0, 60, "finish", None, "3DPN", "no")),
    "vinyl": ((15, 15, 120, 240, 480, 3, 10, 15, 0, 0), (0, 0, 45, "finish", 600, None, "no")),
    "textile": ((30, 30, 240, 240, 480, 3, 10, 15, 0, 0), (0, 0, 45, "finish", 600, None, "no")),
    "solder": ((15, 30, 240, 480, None, None, 30, 60, 5, 0), (0, 60, 60, "now", 0, None, "no")),
    "saw": ((15, 30, 120, 180, 240, 2, 10, 15, 10, 0), (10, 30, 10, "now", 0, None, "always")),
}
_MORE: Mapping[str, Mapping[str, Value]] = {
    "cnc-large": {"group_ratio": 2},  # R21: two trainees at a mill
    "cnc-small": {"group_ratio": 2},
    "saw": {"lead_min": 120},  # R09: somebody of the staff must be there
}
FAMILIES: Mapping[str, Mapping[str, Value]] = MappingProxyType(
    {
        family: MappingProxyType(
            dict(zip(_COLUMNS, figures, strict=True))
            | dict(zip(_RUNNING, running, strict=True))
            | dict(_MORE.get(family, {}))
        )
        for family, (figures, running) in _TABLE.items()
    }
)


def booking_rules(family: str) -> dict[str, Value]:
    """The columns of one family that concern its bookings; nothing for a family that the table does not have."""
    running = frozenset(_RUNNING) - {"unattended", "buddy"}
    return {name: value for name, value in FAMILIES.get(family, {}).items() if name not in running}
