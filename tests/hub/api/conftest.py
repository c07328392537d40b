"""A client of the API for each of the cast, over SQLite, without pages."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hub.api import Deps, register
from hub.ports import BadgeVault, Store
from hub.services.letting_in import Scope, issue_token
from tests.cast import NOW, Cast


@dataclass
class StoppedClock:
    """A clock that moves when told."""

    at: datetime = NOW

    def wall(self) -> datetime:
        return self.at

    def monotonic_ms(self) -> int:
        return 0

    def on_leap(self, wake: Callable[[], None]) -> None: ...


@dataclass
class Client:
    """Somebody with a token."""

    http: FlaskClient
    token: str | None = None
    headers: dict[str, str] = field(default_factory=lambda: {"Accept-Language": "en"})

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        given = self.headers | {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            given["Authorization"] = f"Bearer {self.token}"
        sent = {"data": body} if isinstance(body, bytes) else {"json": body} if body is not None else {}
        return self.http.open(f"/api/v1{path}", method=method, headers=given, **sent)

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.send("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> TestResponse:
        return self.send("POST", path, body, **headers)


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock()


@pytest.fixture
def app(store: Store, clock: StoppedClock) -> Flask:
    return app_over(store, clock)


def app_over(store: Store, clock: StoppedClock, vault: BadgeVault | None = None) -> Flask:
    app = Flask("api-under-test")
    app.testing = True
    register(app, Deps(store, clock, public_url="https://hub.example", vault=vault))
    return app


@pytest.fixture
def as_(app: Flask, store: Store, cast: Cast, clock: StoppedClock) -> Iterator[Callable[..., Client]]:
    """`as_("amelie")` or `as_("max", Scope.CERTIFY)`: a client with a token of that scope."""

    def client(name: str, scope: Scope = Scope.BOOK) -> Client:
        return Client(app.test_client(), token_for(store, getattr(cast, name), scope, clock.at))

    return client


@pytest.fixture
def stranger(app: Flask, cast: Cast) -> Client:
    return Client(app.test_client())


def token_for(store: Store, person: str, scope: Scope, now: datetime = NOW) -> str:
    def issue(tx):
        return issue_token(tx, tx.people.get(person), scope, timedelta(hours=12), person, now)

    return store.write(issue)
