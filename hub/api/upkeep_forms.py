"""What may a caller send about a machine that is not well? Reports, upkeep, and what machines share; strict as forms.py."""

from typing import Annotated

from pydantic import Field

from hub.api.forms import Because, Name, Strict, Why
from hub.ports import Severity, Verdict


class NewReport(Strict):
    """POST /machines/{machine}/reports."""

    severity: Annotated[Severity, Field(strict=False)]
    words: Why


class ReportAnswer(Because):
    """POST /reports/{report}/answer."""

    answer: Annotated[Verdict, Field(strict=False)]


class UpkeepDone(Strict):
    """POST /machines/{machine}/upkeep: what was done."""

    note: Why


class NewResource(Strict):
    """POST /resources, PATCH /resources/{resource}: its name, and all machines that depend on it."""

    name: Name
    machines: Annotated[list[Name], Field(max_length=500)]


class ResourceDown(Strict):
    """POST /resources/{resource}/down: until an instant, or until further notice."""

    reason: Why
    until: str | None = None
