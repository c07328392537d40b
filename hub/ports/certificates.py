"""Who learnt what? Courses, prerequisites and append-only events."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Course:
    """What one can be certified for; `needs` is AND of OR-groups of course ids (R25).

    `checklist`: what trainer and trainee confirm at a sign-off, each {id, fr, nl, en}; empty: the house's own.
    """

    id: str
    lab: str
    names: Mapping[str, str]
    valid_months: int | None = None
    dormant_months: int | None = None
    min_age: int | None = None
    runs: int = 0
    staff_signed: bool = False
    needs: tuple[tuple[str, ...], ...] = ()
    checklist: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Certificate:
    """The identity of one person's way through one course."""

    id: str
    lab: str
    person: str
    course: str


@dataclass(frozen=True, slots=True)
class CertificateEvent:
    """Something that happened to a certificate: `kind` is core.certificates' word."""

    id: int
    certificate: str
    person: str
    course: str
    kind: str
    at: datetime
    by: str | None
    reason: str
    data: Mapping[str, Any]


class Certificates(Protocol):
    """Courses and what happened in them."""

    def course(self, course: str) -> Course | None:
        """The course with this name."""
        ...

    def courses(self, lab: str) -> Sequence[Course]:
        """All courses of a lab by name, with their prerequisites."""
        ...

    def add_course(self, course: Course) -> None:
        """Teach something new; its prerequisites stand already."""
        ...

    def set_checklist(self, course: str, items: Sequence[Mapping[str, str]]) -> bool:
        """What is confirmed at a sign-off from now on; False when there is no such course."""
        ...

    def get(self, certificate: str) -> Certificate | None:
        """The certificate with this id."""
        ...

    def of(self, person: str) -> Sequence[Certificate]:
        """All certificates of a person, by course."""
        ...

    def open(self, lab: str, person: str, course: str) -> Certificate:
        """The certificate of this person and course, made when missing."""
        ...

    def events(self, person: str) -> Sequence[CertificateEvent]:
        """Everything that happened to a person's certificates, in order."""
        ...

    def signed_by(self, person: str, since: datetime) -> Sequence[CertificateEvent]:
        """What a person wrote into others' certificates since then, newest first."""
        ...

    def events_in(self, lab: str) -> Sequence[CertificateEvent]:
        """Everything that happened in a lab, in order (for compiling views)."""
        ...

    def record(
        self,
        certificate: Certificate,
        kind: str,
        at: datetime,
        *,
        by: str | None = None,
        reason: str = "",
        data: Mapping[str, Any] | None = None,
    ) -> CertificateEvent:
        """Append an event."""
        ...
