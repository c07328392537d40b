"""What may a caller send about a machine that is not well? Reports, upkeep, and what machines share; strict as forms.py."""

from typing import Annotated

from pydantic import Field

from core.vocabulary import ResourceKind, Trouble
from hub.api.forms import Because, Name, Strict, Why
from hub.ports import Severity, Verdict


class NewReport(Strict):
    """POST /machines/{machine}/reports; `photo` is a JPEG, PNG or WebP of 5 MB at most, in base64."""

    severity: Annotated[Severity, Field(strict=False)]
    words: Why
    category: Annotated[Trouble, Field(strict=False)] = Trouble.OTHER
    photo: Annotated[str, Field(json_schema_extra={"contentEncoding": "base64"})] | None = None


class ReportAnswer(Because):
    """POST /reports/{report}/answer."""

    answer: Annotated[Verdict, Field(strict=False)]


class UpkeepDone(Strict):
    """POST /machines/{machine}/upkeep: what was done."""

    note: Why


class NewResource(Strict):
    """POST /resources, PATCH /resources/{resource}: its name, all machines that depend on it, and what it is (else as before)."""

    name: Name
    machines: Annotated[list[Name], Field(max_length=500)]
    kind: Annotated[ResourceKind, Field(strict=False)] | None = None


class ResourceDown(Strict):
    """POST /resources/{resource}/down: until an instant, or until further notice."""

    reason: Why
    until: str | None = None
