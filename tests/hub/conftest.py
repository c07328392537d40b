"""Stores for the hub's tests: migrated and empty, on SQLite, on PostgreSQL, or on each in turn."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hub.ports import Store
from hub.store.making import migrate
from hub.store.store import open_store
from tests.cast import Cast, cast_in
from tests.stores import filled, sqlite_copy


@pytest.fixture
def sqlite_migrated(tmp_path: Path) -> str:
    """The URL of a migrated SQLite file."""
    return sqlite_copy(tmp_path)


@pytest.fixture
def postgres_migrated(postgres_template: Callable[[str, Callable[[str], None]], str]) -> str:
    """The URL of a migrated PostgreSQL database."""
    return postgres_template("migrated", migrate)


@pytest.fixture(params=["sqlite", "postgres"])
def migrated_url(request: pytest.FixtureRequest) -> str:
    """The test runs twice: on a migrated SQLite file, on a migrated PostgreSQL database."""
    return request.getfixturevalue(f"{request.param}_migrated")


@pytest.fixture
def both_store(migrated_url: str) -> Iterator[Store]:
    """The test runs twice: on a store over SQLite, on one over PostgreSQL."""
    with open_store(migrated_url) as store:
        yield store


@pytest.fixture
def store(sqlite_migrated: str) -> Iterator[Store]:
    """A store over SQLite, for what is no question of the database."""
    with open_store(sqlite_migrated) as store:
        yield store


@pytest.fixture
def cast(store: Store) -> Cast:
    """The standing cast, in `store`."""
    return filled(store, cast_in)
