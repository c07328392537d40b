"""How are people kept?"""

import secrets
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, func, insert, or_, select, update

from core.vocabulary import MemberStatus, Role
from hub.ports.people import Account, NewPerson, Person
from hub.store.books.once import insert_once
from hub.store.said import Said
from hub.store.schema import PersonRole, User, table_of

PERSON = table_of(User)
ROLE = table_of(PersonRole)
CHANGEABLE = frozenset(PERSON.c.keys()) - {"id", "lab", "created"}

# built once, as every booking asks them
_ONE = Said(select(PERSON).where(PERSON.c.id == bindparam("person")))
_ROLES_OF_ONE = Said(select(ROLE).where(ROLE.c.person == bindparam("person")))
_ROLES = select(ROLE).where(ROLE.c.person.in_(bindparam("persons", expanding=True)))
_THESE = (
    select(PERSON.c.id).where(PERSON.c.id.in_(bindparam("persons", expanding=True))).order_by(PERSON.c.id)
)
_LOCKED = _THESE.with_for_update(key_share=True)  # whoever only refers to the row need not wait


class PeopleBook:
    """`hub.ports.People` over tables person and person_role."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def get(self, person: str) -> Person | None:
        """The person with this id."""
        row = _ONE.row(self._c, person=person)
        return None if row is None else self._whole(row)

    def by_email(self, email: str) -> Person | None:
        """The person with this address, whatever its case."""
        return self._one(PERSON.c.email == email.strip().lower())

    def account(
        self, *, person: str | None = None, email: str | None = None, uniquifier: str | None = None
    ) -> Account | None:
        """The account found by exactly one of the three."""
        given = {"id": person, "email": email and email.strip().lower(), "fs_uniquifier": uniquifier}
        ((column, value),) = [(key, value) for key, value in given.items() if value is not None]
        row: Any = _ONE.row(self._c, person=value) if column == "id" else self._row_by(column, value)
        return None if row is None else Account(self._whole(row), row.password, row.active, row.fs_uniquifier)

    def add(self, new: NewPerson, now: datetime) -> Person | None:
        """Remember someone; None when the address is taken."""
        identity = secrets.token_urlsafe(16)
        values = {
            "id": identity,
            "lab": new.lab,
            "email": new.email.strip().lower(),
            "password": new.password,
            "active": True,
            "fs_uniquifier": secrets.token_hex(16),
            "name": new.name,
            "short": (new.short or new.name.split(" ")[0])[:10],
            "lang": new.lang,
            "birth": new.birth,
            "status": new.status,
            "member_until": new.member_until,
            "charter": new.charter,
            "created": now,
            "household": new.household,
            "organisation": new.organisation,
            "pass_day": new.pass_day,
            "host": new.host,
            "consent_until": new.consent_until,
        }
        return self.get(identity) if insert_once(self._c, PERSON, values) else None

    def change(self, person: str, values: Mapping[str, object]) -> bool:
        """Set columns of the person; an unknown column is a KeyError."""
        if strange := set(values) - CHANGEABLE:
            raise KeyError(*sorted(strange))
        return self._c.execute(update(PERSON).where(PERSON.c.id == person).values(dict(values))).rowcount == 1

    def give_role(self, person: str, lab: str, role: Role, courses: Sequence[str] = ()) -> None:
        """Add a role, or set a trainer's courses."""
        self.take_role(person, lab, role)
        self._c.execute(insert(ROLE).values(person=person, lab=lab, role=role, courses=list(courses)))

    def take_role(self, person: str, lab: str, role: Role) -> bool:
        """Remove a role; False when it was not there."""
        held = (ROLE.c.person == person) & (ROLE.c.lab == lab) & (ROLE.c.role == role)
        return self._c.execute(delete(ROLE).where(held)).rowcount == 1

    def any_at(self, domain: str) -> bool:
        """Whether somebody has an address at this domain ("demo.example")."""
        wanted = select(PERSON.c.id).where(func.lower(PERSON.c.email).like(f"%@{domain}")).limit(1)
        return self._c.execute(wanted).first() is not None

    def names(self, persons: Sequence[str]) -> Mapping[str, str]:
        """The names of these people, for the staff's eyes."""
        wanted = select(PERSON.c.id, PERSON.c.name).where(PERSON.c.id.in_(list(persons)))
        return {row.id: row.name for row in self._c.execute(wanted)}

    def newest(self, lab: str, limit: int, before: tuple[datetime, str] | None = None) -> Sequence[Person]:
        """People of the lab, newest first, behind the (created, id) of `before`."""
        c = PERSON.c
        wanted = select(PERSON).where(c.lab == lab).order_by(c.created.desc(), c.id.desc()).limit(limit)
        if before is not None:
            wanted = wanted.where(or_(c.created < before[0], and_(c.created == before[0], c.id < before[1])))
        return self._with_roles(self._c.execute(wanted).all())

    def page(self, lab: str, limit: int, after: str | None = None) -> Sequence[Person]:
        """People of the lab by id, at most `limit`, those behind `after`."""
        wanted = select(PERSON).where(PERSON.c.lab == lab).order_by(PERSON.c.id).limit(limit)
        if after is not None:
            wanted = wanted.where(PERSON.c.id > after)
        return self._with_roles(self._c.execute(wanted).all())

    def staff_of(self, lab: str) -> Sequence[Person]:
        """Staff and managers of a lab, by id."""
        held = select(ROLE.c.person).where(ROLE.c.lab == lab, ROLE.c.role.in_([Role.STAFF, Role.MANAGER]))
        wanted = select(PERSON).where(PERSON.c.id.in_(held)).order_by(PERSON.c.id)
        return self._with_roles(self._c.execute(wanted).all())

    def sharing(self, person: Person) -> Sequence[str]:
        """The ids of everybody of the person's household or organisation, and the person's own."""
        shared = [
            PERSON.c[name] == value
            for name, value in (("household", person.household), ("organisation", person.organisation))
            if value is not None
        ]
        wanted = select(PERSON.c.id).where(or_(PERSON.c.id == person.id, *shared)).order_by(PERSON.c.id)
        return list(self._c.execute(wanted).scalars())

    def hosting(self, persons: Sequence[str]) -> bool:
        """Whether one of these people answers for somebody on a day pass."""
        guests = select(PERSON.c.id).where(PERSON.c.host.in_(persons), PERSON.c.pass_day.is_not(None))
        return self._c.execute(guests.limit(1)).first() is not None

    def lock(self, persons: Sequence[str]) -> bool:
        """Hold these rows till the transaction ends (PostgreSQL, in id order; SQLite has one writer).

        Whether others may have changed something while we waited: what was read before is read again.
        """
        waits = self._c.dialect.name == "postgresql"
        if waits:
            self._c.execute(_LOCKED, {"persons": list(persons)}).all()
        return waits

    def _row_by(self, column: str, value: str) -> Any:
        return self._c.execute(select(PERSON).where(PERSON.c[column] == value)).one_or_none()

    def _whole(self, row: Any) -> Person:
        return _people([row], _ROLES_OF_ONE.rows(self._c, person=row.id))[0]

    def _one(self, condition: object) -> Person | None:
        row = self._c.execute(select(PERSON).where(condition)).one_or_none()  # type: ignore[arg-type]
        return None if row is None else self._with_roles([row])[0]

    def _with_roles(self, rows: Sequence[Any]) -> list[Person]:
        return _people(rows, self._c.execute(_ROLES, {"persons": [row.id for row in rows]}))


def _people(rows: Sequence[Any], held: Iterable[Any]) -> list[Person]:
    roles: dict[str, dict[str, set[Role]]] = defaultdict(lambda: defaultdict(set))
    teaches: dict[str, dict[str, frozenset[str]]] = defaultdict(dict)
    for one in held:
        roles[one.person][one.lab].add(Role(one.role))
        if one.courses:
            teaches[one.person][one.lab] = frozenset(one.courses)
    return [_person(row, roles[row.id], teaches[row.id]) for row in rows]


def _person(row: Any, roles: Mapping[str, set[Role]], teaches: Mapping[str, frozenset[str]]) -> Person:
    return Person(
        id=row.id,
        lab=row.lab,
        email=row.email,
        name=row.name,
        short=row.short,
        lang=row.lang,
        birth=row.birth,
        status=MemberStatus(row.status),
        member_until=row.member_until,
        charter=row.charter,
        created=row.created,
        roles={lab: frozenset(held) for lab, held in roles.items()},
        teaches=dict(teaches),
        household=row.household,
        organisation=row.organisation,
        pass_day=row.pass_day,
        host=row.host,
        consent_until=row.consent_until,
    )
