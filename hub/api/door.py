"""Who asks, and with what? What every route is handed, and what it gives back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from core.vocabulary import Reason, Role
from hub.api.pacing import Pace
from hub.api.pages import encoded, etag_of, read_cursor
from hub.api.problems import Problem, invalid, problem, unauthenticated
from hub.api.times import parse_time
from hub.api.under_way import UnderWay
from hub.ports import BadgeVault, Clock, Person, Store, Tx
from hub.services.house import house_with
from hub.services.letting_in import Caller, Scope
from hub.words import Voice

T = TypeVar("T")
LIMIT, MOST = 50, 200  # rows of a page of a list
PREFIX = "/api/v1"


@dataclass(frozen=True, slots=True)
class Deps:
    """What the API needs of the world; `signed_in` is the page's person, taken only when `csrf_ok`."""

    store: Store
    clock: Clock
    signed_in: Callable[[], str | None] = lambda: None
    csrf_ok: Callable[[], bool] = lambda: False
    public_url: str = ""
    vault: BadgeVault | None = None
    pace: Pace = field(default_factory=Pace)
    under_way: UnderWay = field(default_factory=UnderWay)


@dataclass(frozen=True, slots=True)
class Ask:
    """One request, read: who, what, when, in which language."""

    deps: Deps
    now: datetime
    lang: str
    caller: Caller | None
    query: Mapping[str, str]
    body: Mapping[str, Any]
    if_match: str | None = None
    query_string: str = ""

    def read(self, fn: Callable[[Tx], T]) -> T:
        """Ask the store."""
        return self.deps.store.read(fn)

    def write(self, fn: Callable[[Tx], T]) -> T:
        """Change the store."""
        return self.deps.store.write(fn)

    def over(self, store: Store) -> "Ask":
        """The same, asked of another store."""
        return replace(self, deps=replace(self.deps, store=store))

    @property
    def person(self) -> Person:
        """Who asks; 401 for a stranger."""
        if self.caller is None:
            raise unauthenticated()
        return self.caller.person

    def is_staff(self, lab: str) -> bool:
        """Whether scope and present role both make the caller staff of this lab."""
        return (
            self.caller is not None and self.caller.scope >= Scope.STAFF and self.caller.person.is_staff(lab)
        )

    def is_crew(self, lab: str) -> bool:
        """Whether scope and present role make the caller staff or a trainer of this lab."""
        if self.caller is None or self.caller.scope < Scope.STAFF:
            return False
        return self.caller.person.is_staff(lab) or self.caller.person.has(Role.TRAINER, lab)

    @property
    def in_person(self) -> Person:
        """Who asks, signed in on a page; 403 for a token: none exports, erases, or changes what opens doors (api.md)."""
        if self.caller is not None and self.caller.token is not None:
            raise problem(Reason.FORBIDDEN, why="page")
        return self.person

    @property
    def staff_lab(self) -> str:
        """The lab whose staff the caller is; 403 where he is not."""
        if not self.is_staff(self.person.lab):
            raise problem(Reason.FORBIDDEN)
        return self.person.lab

    def voice(self) -> Voice:
        """The caller's language, the lab's zone."""
        return Voice(self.lang, ZoneInfo(self.zone()))

    def zone(self, machine: str | None = None) -> str:
        """The zone in which local times are meant: the machine's lab's, else the caller's, else the first lab's."""
        return self.read(lambda tx: _zone(tx, machine, self.caller))

    def time(self, name: str, zone: str) -> datetime | None:
        """An instant of the query."""
        text = self.query.get(name)
        return None if text is None else parse_time(text, name, zone)

    def number(self, name: str, default: int, most: int) -> int:
        """A whole number from 1 to `most` of the query."""
        text = self.query.get(name)
        if text is None:
            return default
        if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= most):
            raise invalid(name)
        return int(text)

    def must_match(self, present: Any, *, private: bool = True) -> None:
        """412 CHANGED unless `If-Match`, where given, names the present form of the thing."""
        if self.if_match is None or self.if_match.strip() == "*":
            return
        tags = {tag.strip() for tag in self.if_match.split(",")}
        if etag_of(encoded(present), person_id(self.caller) if private else "") not in tags:
            raise problem(Reason.CHANGED)

    def before(self) -> tuple[datetime, str] | None:
        """The (start, id) behind which the page begins."""
        cursor = self.query.get("cursor")
        return None if cursor is None else read_cursor(cursor)

    def limit(self) -> int:
        """How many rows the page may have."""
        return self.number("limit", LIMIT, MOST)

    def flag(self, name: str) -> bool:
        """Whether a yes/no of the query is 1."""
        text = self.query.get(name, "0")
        if text not in ("0", "1"):
            raise invalid(name)
        return text == "1"


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes out; `private` where it depends on who asks."""

    body: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    private: bool = True
    mimetype: str = "application/json"
    etag: str | None = None  # where it is known already


def found(thing: T | None) -> T:
    """The thing, or 404."""
    if thing is None:
        raise not_found()
    return thing


def not_found() -> Problem:
    """404: unknown, or not one's own."""
    return problem(Reason.NOT_FOUND)


def person_id(caller: Caller | None) -> str:
    """Whose answer this is; empty for a stranger's."""
    return caller.person.id if caller else ""


def _zone(tx: Tx, machine: str | None, caller: Caller | None) -> str:
    house = house_with(tx, machine) if machine else None
    if house is not None and machine is not None:
        return house.machines[machine].zone
    lab = tx.machines.lab(caller.person.lab) if caller else next(iter(tx.machines.labs()), None)
    return lab.zone if lab else "UTC"
