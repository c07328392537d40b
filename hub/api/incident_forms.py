"""What may staff write into the log of incidents? Strict as forms.py."""

from typing import Annotated

from pydantic import Field

from hub.api.forms import Name, Strict, Text, Why
from hub.ports import IncidentKind
from hub.services.incidents import MOST_PEOPLE

People = Annotated[list[Name], Field(max_length=MOST_PEOPLE)]


class NewIncident(Strict):
    """POST /incidents: `at` is when it happened, `concerned` are members."""

    kind: Annotated[IncidentKind, Field(strict=False)]
    at: str
    words: Why
    machine: Name | None = None
    concerned: People = []  # noqa: RUF012 -- a model copies its defaults


class ChangedIncident(Strict):
    """PATCH /incidents/{incident}: `closed` needs `done`, now or before; `machine: null` is none."""

    kind: Annotated[IncidentKind, Field(strict=False)] = IncidentKind.INCIDENT
    at: str = ""
    words: Why = ""
    machine: Name | None = None
    concerned: People = []  # noqa: RUF012
    done: Text = ""
    closed: bool = False
