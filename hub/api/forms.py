"""What may a caller send? Strict forms: text stays text, no field too many; times are read in one place (times.py)."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from core.vocabulary import BadgeState, Inhibit, LockKind, MachineStatus, MemberStatus, ReservationKind, Role
from hub.api.problems import invalid
from hub.ports import FeedSubject
from hub.services.ordering import Wanted
from hub.services.series import Scope

Name = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Text = Annotated[str, StringConstraints(max_length=500, strip_whitespace=True)]
Form = TypeVar("Form", bound="Strict")


class Strict(BaseModel):
    """No coercion, no unknown field."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class NewReservation(Strict):
    """POST /reservations: a machine, or a family of which any will do.

    `read`: the note on a degraded machine was read. Staff may `override` the house's comfort (the `note` says why), and
    let a class `displace` what was booked.
    """

    machine: Name | None = None
    family: Name | None = None
    start: str
    end: str
    kind: Annotated[ReservationKind, Field(strict=False)] = ReservationKind.BOOKING
    note: Text = ""
    member: Name | None = None
    read: bool = False
    override: bool = False
    displace: bool = False


class Nothing(Strict):
    """Nothing is to be said beside the path."""


class NewWait(Strict):
    """POST /waitlist: at least `min_minutes` within [start, end), on a machine or on any of a family."""

    machine: Name | None = None
    family: Name | None = None
    start: str
    end: str
    min_minutes: Annotated[int, Field(ge=1, le=7 * 24 * 60)]
    expires: str | None = None


class NewEnrolment(Strict):
    """POST /nodes/{id}/enrolment: whose badge is laid there next."""

    member: Name


class ChecklistItem(Strict):
    """One thing that trainer and trainee confirm, in three languages."""

    id: Name
    fr: Text
    nl: Text
    en: Text


class NewChecklist(Strict):
    """POST /courses/{id}/checklist: all of it; none for the house's own list."""

    items: list[ChecklistItem]


class NewNode(Strict):
    """POST /nodes: a box of this name is awaited beside a machine."""

    id: Name
    machine: Name


class ChangedNode(Strict):
    """PATCH /nodes/{id}."""

    machine: Name | None = None
    retired: bool | None = None


class NewMember(Strict):
    """POST /members: a mail brings the new member the link to a first password."""

    email: Annotated[str, StringConstraints(min_length=3, max_length=254, strip_whitespace=True)]
    name: Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
    lang: Literal["fr", "nl", "en"] = "fr"
    member_until: str | None = None
    birth: Annotated[date, Field(strict=False)] | None = None
    household: Annotated[str, StringConstraints(max_length=40)] | None = None
    organisation: Annotated[str, StringConstraints(max_length=40)] | None = None


class MemberRoles(Strict):
    """POST /members/{id}/roles: all that somebody works as, and the courses of a trainer; empty lists take it all away."""

    roles: Annotated[list[Annotated[Role, Field(strict=False)]], Field(max_length=10)]
    teaches: Annotated[list[Name], Field(max_length=100)] = []


class ChangedMember(Strict):
    """PATCH /members/{id}; `member_until: null` is a membership without an end, `pass_day` makes a day pass (R22).

    `household` and `organisation` share quotas by name; `consent_until` is a guardian's, to the eighteenth birthday at most.
    """

    name: Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)] = ""
    lang: Literal["fr", "nl", "en"] = "fr"
    status: Annotated[MemberStatus, Field(strict=False)] = MemberStatus.ACTIVE
    member_until: str | None = None
    birth: Annotated[date, Field(strict=False)] | None = None
    household: Annotated[str, StringConstraints(max_length=40)] | None = None
    organisation: Annotated[str, StringConstraints(max_length=40)] | None = None
    pass_day: Annotated[date, Field(strict=False)] | None = None
    host: Name | None = None
    consent_until: str | None = None


class NewBadge(Strict):
    """POST /badges: `uid` in hexadecimal, as a reader at the desk types it."""

    member: Name
    uid: Annotated[str, StringConstraints(pattern=r"^(?:[0-9A-Fa-f]{2}){4,10}$")]


Why = Annotated[str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True)]


class Whys(Strict):
    """A reason in the house's three languages (R02)."""

    fr: Why
    nl: Why
    en: Why


class NewClosure(Strict):
    """POST /closures: of a machine, or of the whole lab; the reason as one text, or in three languages."""

    machine: Name | None = None
    start: str
    end: str
    reason: Why | Whys


class ChangedMachine(Strict):
    """PATCH /machines/{id}: out until an instant, out until further notice, or well again."""

    status: Annotated[MachineStatus, Field(strict=False)]
    until: str | None = None
    reason: Text = ""


class ChangedRules(Strict):
    """PATCH /rules/{level}/{subject}: some of its figures; null takes one back."""

    rules: Annotated[dict[str, Any], Field(max_length=100)]
    reason: Annotated[str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True)]


class NewRules(ChangedRules):
    """POST /rules: all that a place says from now on."""

    level: Name
    subject: Name


class NewSeries(Strict):
    """POST /reservations/series: `rrule` as in RFC 5545, with COUNT or UNTIL."""

    machine: Name
    rrule: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    start: str
    end: str
    kind: Annotated[ReservationKind, Field(strict=False)] = ReservationKind.BOOKING
    note: Text = ""
    member: Name | None = None


class MovedSeries(Strict):
    """PATCH /reservations/{id}/series."""

    scope: Annotated[Scope, Field(strict=False)]
    start: str
    end: str


class NewGroup(Strict):
    """POST /reservations/group: `headcount` people under one responsible `member`."""

    machines: Annotated[list[Name], Field(min_length=1, max_length=20)]
    start: str
    end: str
    headcount: Annotated[int, Field(ge=1, le=1000)]
    member: Name | None = None
    note: Text = ""


class MovedReservation(Strict):
    """PATCH /reservations/{id}; staff may `override` the house's comfort, and the `note` says why."""

    start: str | None = None
    end: str | None = None
    override: bool = False
    note: Text = ""


class NewCertificate(Strict):
    """POST /certificates."""

    member: Name
    course: Name
    reason: Text = ""


class NewPlace(Strict):
    """POST /trainings/{id}/enrol."""

    member: Name
    course: Name


class Because(Strict):
    """Why something is done."""

    reason: Annotated[str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True)]


class Perhaps(Strict):
    """Why something is done, if one wants to say."""

    reason: Text = ""


class NewLockout(Strict):
    """POST /lockouts."""

    machine: Name
    reason: Annotated[str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True)]
    kind: Annotated[LockKind, Field(strict=False)] = LockKind.LOCKOUT


class NewOrder(Strict):
    """POST /machines/{machine}/orders."""

    order: Annotated[Wanted, Field(strict=False)]
    inhibit: Annotated[Inhibit, Field(strict=False)] | None = None


class ChangedLockout(Strict):
    """PATCH /lockouts/{id}."""

    lifted: bool
    reason: Text = ""


class NewFeed(Strict):
    """POST /me/feeds: what it shows; busy times only, unless `details`."""

    subject: Annotated[FeedSubject, Field(strict=False)] = FeedSubject.PERSON
    machine: Name | None = None
    details: bool = False


class ChangedBadge(Strict):
    """PATCH /badges/{id}."""

    state: Annotated[BadgeState, Field(strict=False)]


def read_form(form: type[Form], body: Mapping[str, Any]) -> Form:
    """The form that `body` fills; INVALID naming the first field that it does not."""
    try:
        return form.model_validate(dict(body))
    except ValidationError as wrong:
        first = wrong.errors()[0]["loc"]
        raise invalid(str(first[0]) if first else "body") from None
