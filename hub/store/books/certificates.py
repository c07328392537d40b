"""How are courses kept, and what happened in them?"""

import secrets
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, insert, select, update

from hub.ports.certificates import Certificate, CertificateEvent, Course
from hub.store import schema
from hub.store.books.once import insert_once
from hub.store.said import Said
from hub.store.schema import table_of

COURSE = table_of(schema.Course)
NEED = table_of(schema.CourseNeed)
CERTIFICATE = table_of(schema.Certificate)
EVENT = table_of(schema.CertificateEvent)

# built once, as every booking asks them
_COURSES = select(COURSE).order_by(COURSE.c.id)
_OF_LAB, _COURSE = (
    _COURSES.where(COURSE.c.lab == bindparam("lab")),
    _COURSES.where(COURSE.c.id == bindparam("course")),
)
_NEEDS = (
    select(NEED)
    .where(NEED.c.course.in_(bindparam("courses", expanding=True)))
    .order_by(NEED.c.group_no, NEED.c.id)
)
_EVENTS = (
    select(
        EVENT.c.id,
        EVENT.c.certificate,
        CERTIFICATE.c.person,
        CERTIFICATE.c.course,
        EVENT.c.kind,
        EVENT.c.at,
        EVENT.c.by,
        EVENT.c.reason,
        EVENT.c.data,
    )
    .join(CERTIFICATE, CERTIFICATE.c.id == EVENT.c.certificate)
    .order_by(EVENT.c.id)
)
_OF_PERSON, _IN_LAB = (
    Said(_EVENTS.where(CERTIFICATE.c.person == bindparam("person"))),
    _EVENTS.where(EVENT.c.lab == bindparam("lab")),
)


class CertificateBook:
    """`hub.ports.Certificates` over course, course_need, certificate and certificate_event."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def course(self, course: str) -> Course | None:
        """The course with this name."""
        found = self._courses(_COURSE, {"course": course})
        return found[0] if found else None

    def courses(self, lab: str) -> Sequence[Course]:
        """All courses of a lab by name, with their prerequisites."""
        return self._courses(_OF_LAB, {"lab": lab})

    def add_course(self, course: Course) -> None:
        """Teach something new; its prerequisites stand already."""
        self._c.execute(
            insert(COURSE).values(
                id=course.id,
                lab=course.lab,
                names=dict(course.names),
                valid_months=course.valid_months,
                dormant_months=course.dormant_months,
                min_age=course.min_age,
                runs=course.runs,
                staff_signed=course.staff_signed,
                checklist=[dict(item) for item in course.checklist],
            )
        )
        for number, group in enumerate(course.needs):
            for needed in group:
                row = {"lab": course.lab, "course": course.id, "group_no": number, "needs": needed}
                self._c.execute(insert(NEED).values(row))

    def get(self, certificate: str) -> Certificate | None:
        """The certificate with this id."""
        row = self._c.execute(select(CERTIFICATE).where(CERTIFICATE.c.id == certificate)).one_or_none()
        return None if row is None else Certificate(*row)

    def of(self, person: str) -> Sequence[Certificate]:
        """All certificates of a person, by course."""
        wanted = select(CERTIFICATE).where(CERTIFICATE.c.person == person).order_by(CERTIFICATE.c.course)
        return [Certificate(*row) for row in self._c.execute(wanted)]

    def open(self, lab: str, person: str, course: str) -> Certificate:
        """The certificate of this person and course, made when missing."""
        row = {"id": secrets.token_urlsafe(16), "lab": lab, "person": person, "course": course}
        insert_once(self._c, CERTIFICATE, row)
        wanted = select(CERTIFICATE).where(CERTIFICATE.c.person == person, CERTIFICATE.c.course == course)
        return Certificate(*self._c.execute(wanted).one())

    def events(self, person: str) -> Sequence[CertificateEvent]:
        """Everything that happened to a person's certificates, in order."""
        return [CertificateEvent(*row) for row in _OF_PERSON.rows(self._c, person=person)]

    def signed_by(self, person: str, since: datetime) -> Sequence[CertificateEvent]:
        """What a person wrote into others' certificates since then, newest first."""
        wanted = _EVENTS.where(EVENT.c.by == person, EVENT.c.at >= since).order_by(None)
        return [CertificateEvent(*row) for row in self._c.execute(wanted.order_by(EVENT.c.id.desc()))]

    def events_in(self, lab: str) -> Sequence[CertificateEvent]:
        """Everything that happened in a lab, in order (for compiling views)."""
        return self._events(_IN_LAB, {"lab": lab})

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
        row = {
            "lab": certificate.lab,
            "certificate": certificate.id,
            "kind": kind,
            "at": at,
            "by": by,
            "reason": reason,
            "data": dict(data or {}),
        }
        number = self._c.execute(insert(EVENT).values(row).returning(EVENT.c.id)).scalar_one()
        return CertificateEvent(
            number, certificate.id, certificate.person, certificate.course, kind, at, by, reason, data or {}
        )

    def _courses(self, wanted: Select[Any], named: Mapping[str, str]) -> list[Course]:
        rows = self._c.execute(wanted, named).all()
        groups: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
        for need in self._c.execute(_NEEDS, {"courses": [row.id for row in rows]}):
            groups[need.course][need.group_no].append(need.needs)
        bare = (_course(row) for row in rows)
        return [replace(one, needs=tuple(tuple(g) for g in groups[one.id].values())) for one in bare]

    def set_checklist(self, course: str, items: Sequence[Mapping[str, str]]) -> bool:
        """What is confirmed at a sign-off from now on; False when there is no such course."""
        change = update(COURSE).where(COURSE.c.id == course)
        return self._c.execute(change.values(checklist=[dict(item) for item in items])).rowcount == 1

    def _events(self, wanted: Select[Any], named: Mapping[str, str]) -> list[CertificateEvent]:
        return [CertificateEvent(*row) for row in self._c.execute(wanted, named)]


def _course(row: Row[Any]) -> Course:
    """A course without its prerequisites."""
    kept = row._asdict()
    return Course(**(kept | {"checklist": tuple(kept["checklist"])}))
