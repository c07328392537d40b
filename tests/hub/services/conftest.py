"""The floor, on SQLite and (`both_floor`) on PostgreSQL too."""

from dataclasses import replace

import pytest

from hub.ports import Store
from tests.hub.services.f1 import F1, f1_in
from tests.hub.services.floor import Floor, floor_in
from tests.stores import filled


@pytest.fixture
def floor(store: Store) -> Floor:
    """The workshop floor on SQLite."""
    return replace(filled(store, floor_in), store=store)


@pytest.fixture
def both_floor(both_store: Store) -> Floor:
    """The test runs twice: on SQLite and on PostgreSQL."""
    return replace(filled(both_store, floor_in), store=both_store)


@pytest.fixture
def f1(both_store: Store) -> F1:
    """The lab of the acceptance scenarios, on each database in turn."""
    return f1_in(both_store)
