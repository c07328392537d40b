"""B8: POST /api/v1/reservations end to end (token, strict form, rules, durable write, answer), beside Flask's hello."""

import json
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path

from benchmarks.figure import Figure
from benchmarks.lab import NOW, Busy, sqlite_lab
from benchmarks.rounds import Cost, Effort, compare, speed, timed
from benchmarks.server import Client, served
from core.timeline import stamp
from hub.ports import Tx
from hub.services.letting_in import Scope, issue_token
from hub.store.engines import file_of
from hub.store.store import open_store


def measure(effort: Effort) -> Iterator[Figure]:
    """10,000 rows behind it."""
    with sqlite_lab(effort.size(10_000, 50), effort.size(200, 20)) as busy:
        tokens = tokens_of(busy, busy.members, Scope.BOOK)
        with served(busy.url, Path(file_of(busy.url)).parent) as client:
            found = compare(_posting(client, busy, tokens, effort), hello(client, effort), effort)
    yield speed(("B8", "POST /reservations : Flask hello, same server"), found, due=0.25, aim=0.5)


def tokens_of(busy: Busy, people: tuple[str, ...], scope: Scope) -> dict[str, str]:
    """A token for each of these people."""

    def issue(tx: Tx) -> dict[str, str]:
        found = {one: tx.people.get(one) for one in people}
        return {
            one: issue_token(tx, person, scope, timedelta(hours=10), one, NOW)
            for one, person in found.items()
            if person is not None
        }

    with open_store(busy.url) as store:
        return store.write(issue)


def hello(client: Client, effort: Effort) -> Cost:
    """The cheapest answer that Flask gives."""
    return lambda: timed(lambda: client.send("GET", "/bare/hello", 200), effort.size(60, 2))


def _posting(client: Client, busy: Busy, tokens: dict[str, str], effort: Effort) -> Cost:
    numbers = count()

    def one() -> None:
        wish = busy.wish(next(numbers))
        body = {"machine": wish.machine, "start": stamp(wish.start), "end": stamp(wish.end)}
        headers = {"Authorization": f"Bearer {tokens[wish.person]}", "Content-Type": "application/json"}
        client.send("POST", "/api/v1/reservations", 201, json.dumps(body).encode(), headers)

    for _ in tokens:  # everybody has booked before, as in a hub that has run for a while
        one()
    return lambda: timed(one, effort.size(20, 1))
