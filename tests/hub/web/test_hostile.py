"""What does any page make of what no form of ours sends? A refusal, never a fault, and after a refusal nothing is written.

Walks the table of routes, so that a new page is attacked the day it is made: every value alone in one field while the
others are plausible, and in all of them at once; in the path and in the address too; on both databases.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import ClassVar
from urllib.parse import quote

import pytest
from werkzeug.datastructures import ImmutableMultiDict

from core.vocabulary import LockKind
from hub.ports import Lock, Report, Resource, Severity
from hub.store.store import open_store
from tests.cast import ADC, NOW
from tests.hub.web.conftest import PASSWORD
from tests.hub.web.test_pages import TEN, reserved, with_node

pytestmark = pytest.mark.loopback  # PostgreSQL is asked over a socket
DIGITS = "9" * 5000
RUBBISH = (
    DIGITS, "9" * 4000, "-" + DIGITS, "²", "٣", "-1", "0", str(2**63), "1e999", "NaN", "\x00", "a\x00b", "\u202e\ufeff\U0010ffff",
    "0000-01-01", "0001-01-01T00:00:00+00:00", "9999-12-31", "9999-12-31T23:59:59Z", "2026-10-25T02:30", "99:99", "24:00",
    "FREQ=DAILY;COUNT=999999999", "[" * 2000, "../../etc/passwd", "%s%n{}{0.__class__}", "<script>", "' OR 1=1 --",
    "x" * 200_000, "",
)  # fmt: skip
RAW = (b"%ED%A0%80", b"%FF%FE", b"%C0%80", b"%")  # a lone surrogate, and what is no UTF-8 at all
NAMES = ("quotas.².most", f"quotas.{DIGITS}.most", "quotas", "quotas.", "quotas.-1.most", "peak.٣.from",
         "peak.0.weekday", "peak.999999.to", "a[b][c]", "__proto__", "")  # fmt: skip
MOST_ALONE = 12  # fields of a page that are each spoilt alone; of the rules' 60 every fifth
PLAUSIBLE = {
    "day": "2026-11-25", "start": "2026-11-25T10:00", "end": "2026-11-25T11:00", "since": "10:00", "until": "12:00",
    "minutes": "60", "machine": "LAS-1", "family": "laser", "course": "LAS1", "reason": "because", "note": "a note",
    "email": "bram@lab.example", "password": PASSWORD, "days": "3", "every": "1", "heads": "4", "last": "2026-12-20",
    "page": "1", "which": "this", "kind": "booking", "node": "las-1", "pin": "2580", "do": "try", "scope": "lab",
    "quotas.0.most": "60", "peak.0.from": "17:00", "peak.0.to": "20:00", "peak.0.weekday": "1", "step_min": "15",
    "severity": "notice", "words": "it smells",
}  # fmt: skip
PARTS = (
    "machines",
    "families",
    "mine",
    "reservations",
    "staff",
    "waiting",
    "warnings",
    "week",
    "sign-in",
    "board",
    "",
)
GOES_AWAY = ("/sign-out",)


@pytest.fixture(params=["sqlite bram", "sqlite max", "postgres max"])
def place(request):
    """Which database, and who is at the door: what SQLite swallows, PostgreSQL may choke on."""
    return request.param.split()


@pytest.fixture
def store(place, request):
    with open_store(request.getfixturevalue(f"{place[0]}_migrated")) as opened:
        yield opened


class Heard(ImmutableMultiDict):
    """A form or an address that remembers which fields a page asked for."""

    asked: ClassVar[set[str]] = set()

    def get(self, key, *default, **more):
        Heard.asked.add(key)
        return super().get(key, *default, **more)

    def getlist(self, key, *more):
        Heard.asked.add(key)
        return super().getlist(key, *more)


@pytest.fixture
def names(store, cast):
    """What stands in the paths: all of it is there."""
    with_node(store)
    mine = reserved(store, cast.bram, TEN + timedelta(days=1))
    lock = Lock("lock-1", ADC, "LAS-2", LockKind.LOCKOUT, cast.dora, cast.dora, "belt", NOW)
    report = Report("report-1", ADC, "LAS-1", cast.bram, Severity.DANGER, "smoke", NOW)
    fan = Resource("fan-1", ADC, "fan", ("LAS-1", "LAS-2"))
    store.write(lambda tx: (tx.locks.save(lock), tx.reports.save(report), tx.resources.save(fan)))
    return {"name": "LAS-1", "family": "laser", "node": "las-1", "member": cast.bram, "level": "lab", "subject": ADC,
            "what": "soft-stop", "report": "report-1", "resource": "fan-1", "verdict": "mended", "act": "late", "reservations": mine.id, "locks": "lock-1"}  # fmt: skip


def routes(app, part) -> Iterator[tuple[str, str]]:
    """Method and path of every page of this part of the house."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda one: one.rule):
        if rule.endpoint.startswith(("api", "static")) or rule.rule in GOES_AWAY:
            continue
        if rule.rule.split("/")[1] == part:
            yield from ((method, rule.rule) for method in sorted(rule.methods & {"GET", "POST"}))


def filled(rule, names, value=None):
    """The path with every place filled: with what is there, or with `value`."""

    def put(found):
        name = found[2]
        known = names.get(
            rule.split("/")[1] if name == "key" else name, names.get(rule.split("/")[2], "nobody")
        )
        return quote(known if value is None else value, safe="")

    return re.sub(r"<(\w+:)?(\w+)>", put, rule)


class Attacker:
    """Somebody signed in who sends what he likes, with a token that holds."""

    def __init__(self, app, browser, store, name):
        app.request_class = type("Request", (app.request_class,), {"parameter_storage_class": Heard})
        app.config["RATELIMIT_ENABLED"] = False
        for limiter in app.extensions["limiter"]:
            limiter.enabled = False  # the door's patience is tried elsewhere
        self.own, self.store, self.turn = browser(name), store, count(1)
        self.token = self.own.token("/mine")

    def send(self, method, path, fields, raw=b""):
        """No fault; and what is refused has changed nothing."""
        Heard.asked = set()
        turn = next(self.turn)
        here = {"REMOTE_ADDR": f"10.{turn >> 16 & 255}.{turn >> 8 & 255}.{turn & 255}"}
        before = self.store.read(lambda tx: tx.audit.head())
        if method == "GET":
            answer = self.own.client.get(path, query_string=fields, environ_overrides=here)
        elif raw:
            body = b"&".join(
                [f"csrf_token={self.token}".encode(), *(f"{one}=".encode() + raw for one in fields)]
            )
            kind = "application/x-www-form-urlencoded"
            answer = self.own.client.post(path, data=body, content_type=kind, environ_overrides=here)
        else:
            data = {"csrf_token": self.token, **fields}
            answer = self.own.client.post(path, data=data, environ_overrides=here)
        said = (
            method,
            path[:80],
            {name: str(value)[:30] for name, value in fields.items()},
            raw,
            answer.status_code,
        )
        assert answer.status_code < 500, said
        assert answer.status_code != 429, said
        if method == "GET" or answer.status_code >= 400:
            assert self.store.read(lambda tx: tx.audit.head()) == before, said
        return Heard.asked - {"lang", "csrf_token"}


def attacks(asked, at):
    """Fields: each one asked for spoilt alone by values that go round, then all of them by each."""
    kind = {name: PLAUSIBLE.get(name, "LAS-1") for name in asked}
    few = len(asked) <= MOST_ALONE
    for turn, name in enumerate(sorted(asked)[:: 1 if few else 5]):
        yield kind | {name: RUBBISH[(at + turn) % len(RUBBISH)]}
        yield kind | {name: [RUBBISH[(at + turn + 7) % len(RUBBISH)], "²"]}
        yield {one: value for one, value in kind.items() if one != name}
    for value in RUBBISH[at % 5 :: 5]:
        yield dict.fromkeys(asked, value)
    yield dict.fromkeys(NAMES, DIGITS)
    yield {}


@pytest.mark.parametrize("part", PARTS)
def test_no_rubbish_in_a_form_or_an_address_makes_a_page_fault_or_write(
    app, browser, store, names, part, place
):
    who = Attacker(app, browser, store, place[1])
    tried = 0
    for at, (method, rule) in enumerate(routes(app, part)):
        path = filled(rule, names)
        asked = who.send(method, path, {}) | who.send(method, path, PLAUSIBLE)
        if not asked:
            continue
        for fields in attacks(asked, at):
            asked |= who.send(method, path, fields)
        for raw in RAW if method == "POST" else ():
            who.send(method, path, dict.fromkeys(asked), raw)
        tried += 1
    assert tried or (part, place[1]) == ("staff", "bram")  # to whom every one of those is shut


def test_no_rubbish_in_the_path_makes_a_page_fault_or_write(app, browser, store, names, place):
    who = Attacker(app, browser, store, place[1])
    for part in {rule.rule.split("/")[1] for rule in app.url_map.iter_rules()}:
        for method, rule in routes(app, part):
            if "<" not in rule:
                continue
            for value in ("\x00", "a\x00b", DIGITS, str(2**63), "٣", "²", "-1", "x" * 3000, "\U0010ffff"):
                who.send(method, filled(rule, names, value), {} if method == "GET" else PLAUSIBLE)
