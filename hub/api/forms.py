"""What may a caller send? Strict forms: text stays text, no field too many; times are read in one place (times.py)."""

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from core.vocabulary import BadgeState, Inhibit, LockKind, ReservationKind
from hub.api.problems import invalid
from hub.ports import FeedSubject
from hub.services.ordering import Wanted

Name = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Text = Annotated[str, StringConstraints(max_length=500, strip_whitespace=True)]
Form = TypeVar("Form", bound="Strict")


class Strict(BaseModel):
    """No coercion, no unknown field."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class NewReservation(Strict):
    """POST /reservations: a machine, or a family of which any will do."""

    machine: Name | None = None
    family: Name | None = None
    start: str
    end: str
    kind: Annotated[ReservationKind, Field(strict=False)] = ReservationKind.BOOKING
    note: Text = ""
    member: Name | None = None


class MovedReservation(Strict):
    """PATCH /reservations/{id}."""

    start: str | None = None
    end: str | None = None


class NewCertificate(Strict):
    """POST /certificates."""

    member: Name
    course: Name
    reason: Text = ""


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
