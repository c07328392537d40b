"""Who is a person here, and what may they do in which lab?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Protocol

from core.vocabulary import BadgeState, MemberStatus, Role

GRACE = timedelta(days=7)  # R24: unpaid, and still welcome


@dataclass(frozen=True, slots=True)
class Person:
    """One person as stored. `status` is what people decided; `standing` adds what the calendar says.

    `household` and `organisation` are names that share quotas (R15); `pass_day` the one date of a day pass, `host`
    the person who answers for it (R22); `consent_until` how long a guardian's consent holds (R23).
    """

    id: str
    lab: str
    email: str
    name: str
    short: str
    lang: str
    birth: date | None
    status: MemberStatus
    member_until: datetime | None
    charter: int
    created: datetime
    roles: Mapping[str, frozenset[Role]] = field(default_factory=dict)
    teaches: Mapping[str, frozenset[str]] = field(default_factory=dict)
    household: str | None = None
    organisation: str | None = None
    pass_day: date | None = None
    host: str | None = None
    consent_until: datetime | None = None

    def standing(self, at: datetime) -> MemberStatus:
        """ACTIVE, GRACE or EXPIRED by `member_until` (null: no end), unless people decided otherwise."""
        if self.status is not MemberStatus.ACTIVE or self.member_until is None:
            return self.status
        if at < self.member_until:
            return MemberStatus.ACTIVE
        return MemberStatus.GRACE if at < self.member_until + GRACE else MemberStatus.EXPIRED

    def has(self, role: Role, lab: str) -> bool:
        """Whether the person holds this very role in that lab."""
        return role in self.roles.get(lab, frozenset())

    def is_staff(self, lab: str) -> bool:
        """Whether the person is staff or manager of that lab."""
        return bool(self.roles.get(lab, frozenset()) & {Role.STAFF, Role.MANAGER})

    @property
    def is_crew(self) -> bool:
        """Whether the person works in any lab: staff, manager or trainer."""
        return any(held & {Role.STAFF, Role.MANAGER, Role.TRAINER} for held in self.roles.values())

    def may_sign(self, course: str, lab: str) -> bool:
        """Whether the person is a trainer for this course in that lab."""
        return self.has(Role.TRAINER, lab) and course in self.teaches.get(lab, frozenset())


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Someone to be remembered; `password` is a hash, never the word itself."""

    lab: str
    email: str
    name: str
    lang: str
    short: str = ""
    birth: date | None = None
    status: MemberStatus = MemberStatus.ACTIVE
    member_until: datetime | None = None
    charter: int = 0
    password: str | None = None
    household: str | None = None
    organisation: str | None = None
    pass_day: date | None = None
    host: str | None = None
    consent_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """What sign-in needs of a person."""

    person: Person
    password: str | None
    active: bool
    fs_uniquifier: str


class People(Protocol):
    """The people of the hub."""

    def get(self, person: str) -> Person | None:
        """The person with this id."""
        ...

    def by_email(self, email: str) -> Person | None:
        """The person with this address, whatever its case."""
        ...

    def account(
        self, *, person: str | None = None, email: str | None = None, uniquifier: str | None = None
    ) -> Account | None:
        """The account found by exactly one of the three."""
        ...

    def add(self, new: NewPerson, now: datetime) -> Person | None:
        """Remember someone; None when the address is taken."""
        ...

    def change(self, person: str, values: Mapping[str, object]) -> bool:
        """Set columns of the person (password, active, fs_uniquifier, status, member_until, name, lang ...)."""
        ...

    def give_role(self, person: str, lab: str, role: Role, courses: Sequence[str] = ()) -> None:
        """Add a role, or set a trainer's courses."""
        ...

    def take_role(self, person: str, lab: str, role: Role) -> bool:
        """Remove a role; False when it was not there."""
        ...

    def any_at(self, domain: str) -> bool:
        """Whether somebody has an address at this domain ("demo.example")."""
        ...

    def names(self, persons: Sequence[str]) -> Mapping[str, str]:
        """The names of these people, for the staff's eyes."""
        ...

    def newest(self, lab: str, limit: int, before: tuple[datetime, str] | None = None) -> Sequence[Person]:
        """People of the lab, newest first, behind the (created, id) of `before`."""
        ...

    def page(self, lab: str, limit: int, after: str | None = None) -> Sequence[Person]:
        """People of the lab by id, at most `limit`, those behind `after`."""
        ...

    def staff_of(self, lab: str) -> Sequence[Person]:
        """Staff and managers of a lab, by id."""
        ...

    def sharing(self, person: Person) -> Sequence[str]:
        """The ids of everybody of the person's household or organisation, and the person's own."""
        ...

    def hosting(self, persons: Sequence[str]) -> bool:
        """Whether one of these people answers for somebody on a day pass."""
        ...

    def lock(self, persons: Sequence[str]) -> bool:
        """Hold these rows till the transaction ends (PostgreSQL, in id order; SQLite has one writer).

        Whether others may have changed something while we waited: what was read before is read again.
        """
        ...


@dataclass(frozen=True, slots=True)
class Badge:
    """A badge; `sealed` is the UID, encrypted by the BadgeVault.

    `rests` since it was in two places at once, or its PIN was guessed at: not believed at medium and high risk (R57).
    """

    id: str
    lab: str
    person: str
    key: str
    sealed: bytes
    kind: str
    state: BadgeState
    added: datetime
    rests: datetime | None = None
    rest_why: str = ""

    @property
    def copyable(self) -> bool:
        """Whether it is known by its UID alone, which a shop's gadget copies in a second (R28)."""
        return self.kind.startswith("uid")


class Badges(Protocol):
    """The badges of the people."""

    def get(self, badge: str) -> Badge | None:
        """The badge with this id."""
        ...

    def by_key(self, key: str) -> Badge | None:
        """The badge with this keyed hash, whatever its state."""
        ...

    def of(self, person: str) -> Sequence[Badge]:
        """All badges of a person, oldest first."""
        ...

    def in_lab(self, lab: str) -> Sequence[Badge]:
        """All badges of the lab, newest first."""
        ...

    def add(self, badge: Badge) -> bool:
        """Remember a badge; False when its key is known already."""
        ...

    def set_state(self, badge: str, state: BadgeState, now: datetime) -> bool:
        """Change where it stands; False when there is no such badge."""
        ...

    def forget(self, badge: str, now: datetime) -> None:
        """Whose card it was is known no more: neither its hash nor its UID stays."""
        ...

    def rest(self, badge: str, since: datetime | None, why: str = "") -> bool:
        """Let it rest, or (None) wake it; False when nothing changes."""
        ...
