"""How does somebody set a rule without writing code? Every parameter as a field: its label, what it takes, and back into a value.

Which parameters there are, and what is wrong with a value, says core.parameters; here is only how they are asked for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.holidays import NAMES
from core.parameters import PARAMETERS, Parameter
from core.terms import Scope, Subject, Unit, Window
from hub.web.typed import number
from hub.words import Voice
from hub.words.catalogs import mark

MOST_SENT = 40  # rows of a list that are looked at
WEEKDAYS = frozenset("0123456")
MOST_ROWS = 3  # empty rows after those that are said: enough for a lab, and a page can be saved twice
SECTIONS: tuple[tuple[str, Mapping[str, str]], ...] = (
    (
        mark("Times and lengths"),
        {
            "step_min": mark("Bookings start every … minutes"),
            "min_duration_min": mark("Shortest booking, minutes"),
            "max_duration_min": mark("Longest booking, minutes"),
            "max_session_min": mark("Longest with extensions, minutes"),
            "cleanup_min": mark("Clean-up within the slot, minutes"),
            "buffer_after_min": mark("Free time between two people, minutes"),
            "machines_off_min": mark("Machines off before closing, minutes"),
            "last_start_min": mark("Last start before closing, minutes"),
            "lead_min": mark("Book at least … minutes before"),
            "quiet_from": mark("Quiet from"),
            "quiet_to": mark("Quiet until"),
            "holidays": mark("Closed on these holidays"),
        },
    ),
    (
        mark("How far ahead"),
        {
            "horizon_d": mark("Bookable how many days ahead"),
            "horizon_staff_d": mark("For staff, days ahead"),
            "horizon_day_pass_d": mark("With a day pass, days ahead"),
            "token_horizon_d": mark("More days with a rebooking token"),
            "horizon_opens_at": mark("A new day opens at"),
            "horizon_opens_min": mark("A new day opens, minutes after midnight"),
        },
    ),
    (
        mark("Fair shares"),
        {
            "quota_week_min": mark("Minutes a person may book in a week"),
            "quota_future": mark("Bookings a person may have ahead"),
            "quotas": mark("More shares"),
            "same_day_exempt": mark("Booked on the day itself counts for no share"),
            "peak": mark("Busy hours"),
            "min_gap_min": mark("Least time between two bookings of a person, minutes"),
            "orphan_gap": mark("Leave no gap that nobody can use"),
            "travel_min": mark("Way to another lab of the network, minutes"),
            "most_attended": mark("Machines at once, being there"),
            "most_unattended": mark("Machines at once, running alone"),
            "keep_free": mark("Machines of the family kept free"),
            "class_ahead_h": mark("A class may take booked time … hours before"),
            "group_ratio": mark("People of a group at one machine"),
            "min_age": mark("Least age, years"),
            "conditional_h": mark("A slot on condition is kept until … hours before"),
        },
    ),
    (
        mark("Running without its holder"),
        {
            "unattended": mark("Course needed for it"),
            "unattended_max_min": mark("Longest run, minutes"),
            "rebadge_min": mark("Look at the first layer within, minutes"),
            "unstaffed_max_h": mark("Longest without staff in the house, hours"),
            "unattended_idle_min": mark("Finished when idle for, minutes"),
        },
    ),
    (
        mark("At the machine"),
        {
            "early_min": mark("May start how many minutes early"),
            "grace_min": mark("Kept for whoever is late, minutes"),
            "walkup": mark("Use without a booking"),
            "walkup_min": mark("Longest use without a booking, minutes"),
            "walkup_least_min": mark("Least time left for it, minutes"),
            "tolerance_s": mark("May run over by, seconds"),
            "idle_max_min": mark("Off when idle for, minutes"),
            "idle_warn_s": mark("Warn before that, seconds"),
            "dead_man_min": mark("Tap again every … minutes"),
            "takeover_min": mark("Another may take over when idle for, minutes"),
            "needs_pin": mark("A PIN beside the badge"),
            "badge_mode": mark("How the badge is used"),
            "stop": mark("When the time is over"),
            "cap_s": mark("Finish a job within, seconds"),
            "at_cap": mark("When that is over too"),
            "pre_run_s": mark("Extraction runs before, seconds"),
            "run_on_s": mark("Extraction runs after, seconds"),
            "buddy": mark("A second person must be there"),
            "upkeep_h": mark("Upkeep after so many hours of power"),
            "upkeep_d": mark("Upkeep after so many days"),
        },
    ),
)
LABELS: Mapping[str, str] = {name: label for _, part in SECTIONS for name, label in part.items()}
CHOICES: Mapping[str, str] = {
    "tap": mark("tap to begin and to end"), "slot": mark("the card stays in the reader"),
    "finish": mark("let the job finish"), "now": mark("power off"),
    "alarm": mark("call the staff"), "cut": mark("power off"),
    "no": mark("no"), "off-hours": mark("outside staffed hours"), "always": mark("always"),
    "minutes": mark("minutes"), "count": mark("bookings"),
    "day": mark("a day"), "week": mark("a week"), "rolling": mark("any seven days"), "future": mark("ahead"),
    "machine": mark("this machine"), "family": mark("the family"), "all": mark("all machines"),
    "person": mark("a person"), "household": mark("a household"), "organisation": mark("an organisation"),
}  # fmt: skip
LOCAL = frozenset({"quiet_from", "quiet_to", "horizon_opens_at"})
QUOTA: Mapping[str, Sequence[str]] = {
    "unit": tuple(Unit), "window": tuple(Window), "scope": tuple(Scope), "subject": tuple(Subject),
}  # fmt: skip
LISTS = frozenset({"holidays", "quotas", "peak"})
EMPTY: tuple[Any, ...] = (None, (), [])
Values = Mapping[str, Any]


class Unreadable(ValueError):  # noqa: N818 -- says what it is; the page names the field
    """What was typed is no value of this field."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its kind (whole, flag, choice, local, text, holidays, quotas, peak), what this level says, what it inherits."""

    name: str
    label: str
    kind: str
    own: str
    inherited: str
    known: Parameter
    options: tuple[tuple[str, str], ...] = ()
    ticked: frozenset[str] = frozenset()
    rows: tuple[Mapping[str, Any], ...] = field(default=())
    nothing: str = ""  # what saying "nothing" is called here; "" where there is nothing to lift
    lifted: bool = False


def kind_of(name: str) -> str:
    """How a parameter is asked for."""
    known = PARAMETERS[name]
    if name in LISTS:
        return name
    if name in LOCAL:
        return "local"
    if known.choices:
        return "choice"
    return "flag" if isinstance(known.usual, bool) else "text" if name == "unattended" else "whole"


def field_of(name: str, own: Values, above: Values, speech: Voice) -> Field:
    """The field with what stands in it: nothing where this level says nothing."""
    known, kind = PARAMETERS[name], kind_of(name)
    said = own.get(name)
    usual = above.get(name, known.usual)
    lifted = name in own and said in EMPTY
    rows = tuple(said or ()) if kind in ("quotas", "peak") else ()
    return Field(
        name=name,
        label=speech.text(LABELS[name]),
        kind=kind,
        own=_shown(said),
        inherited=_in_words(kind, usual, speech),
        known=known,
        options=_options(kind, known, speech),
        ticked=frozenset(said or ()) if kind == "holidays" else frozenset(),
        rows=rows + ({},) * MOST_ROWS if kind in ("quotas", "peak") else (),
        nothing=_no(kind, speech) if _liftable(name) and (lifted or usual not in EMPTY) else "",
        lifted=lifted,
    )


def _nothing(name: str) -> Any:
    """How this parameter says that there is none: a limit lifted, quiet hours that do not hold here."""
    return [] if kind_of(name) in LISTS else None


def _liftable(name: str) -> bool:
    return PARAMETERS[name].wrong(_nothing(name)) is None


def _no(kind: str, speech: Voice) -> str:
    return speech.text(mark("no limit") if kind == "whole" else mark("none"))


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None or isinstance(value, list | tuple) else str(value)


def _options(kind: str, known: Parameter, speech: Voice) -> tuple[tuple[str, str], ...]:
    if kind == "choice":
        return tuple((one, speech.text(CHOICES[one])) for one in known.choices)
    if kind == "flag":
        return ("yes", speech.text(mark("yes"))), ("no", speech.text(mark("no")))
    if kind == "holidays":
        return tuple((name, said[speech.lang]) for name, said in NAMES.items())
    return ()


def _in_words(kind: str, value: Any, speech: Voice) -> str:
    """What holds where the field stays empty."""
    if value in EMPTY:
        return _no(kind, speech)
    if isinstance(value, bool):
        return speech.text(mark("yes") if value else mark("no"))
    if kind == "choice":
        return speech.text(CHOICES[str(value)])
    if kind == "holidays":
        return ", ".join(NAMES[one][speech.lang] for one in value if one in NAMES)
    return str(len(value)) if isinstance(value, list | tuple) else str(value)


def said_of(name: str, form: Any) -> dict[str, Any]:
    """What this level says of a parameter: {} where it leaves it to those above. Raises Unreadable."""
    if name in form.getlist("none") and _liftable(name):
        return {name: _nothing(name)}
    typed = typed_value(name, form)
    return {} if typed is None else {name: typed}


def typed_value(name: str, form: Any) -> Any:
    """What the form says of a parameter; None where it says nothing. `form` is a MultiDict. Raises Unreadable."""
    kind = kind_of(name)
    if kind == "holidays":
        return sorted(set(form.getlist(name)) & set(NAMES)) or None
    if kind == "quotas":
        return _quotas(form) or None
    if kind == "peak":
        return _peak(form) or None
    typed = form.get(name, "").strip()
    if not typed:
        return None
    if kind == "flag":
        return typed == "yes"
    return _whole(typed) if kind == "whole" else typed[:5] if kind == "local" else typed


def _whole(typed: str) -> int:
    if len(typed) >= 10 or (whole := number(typed)) is None:
        raise Unreadable(typed)
    return whole


def _quotas(form: Any) -> list[dict[str, Any]]:
    """The rows that say how much; the others are left out."""
    found = []
    for row in _rows(form, "quotas", ("most", *QUOTA, "peak_only")):
        if row["most"]:
            words = {name: row[name] for name in QUOTA if row[name]}
            found.append({"most": _whole(row["most"]), **words, "peak_only": row["peak_only"] == "on"})
    return found


def _peak(form: Any) -> list[dict[str, Any]]:
    """The rows that say from when and till when."""
    found = []
    for at, row in enumerate(_rows(form, "peak", ("from", "to"))):
        days = sorted({int(one) for one in form.getlist(f"peak.{at}.weekday") if one in WEEKDAYS})
        if row["from"] or row["to"]:
            found.append(
                {"from": row["from"][:5], "to": row["to"][:5], **({"weekdays": days} if days else {})}
            )
    return found


def _rows(form: Any, name: str, columns: Sequence[str]) -> list[dict[str, str]]:
    """The rows of a list field: "quotas.0.most" and so on, as many as were sent."""
    sent = [at for at in range(MOST_SENT) if any(f"{name}.{at}.{one}" in form for one in columns)]
    most = max(sent, default=-1) + 1
    return [{one: form.get(f"{name}.{at}.{one}", "").strip() for one in columns} for at in range(most)]
