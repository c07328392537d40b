"""The floor, on SQLite and (`both_floor`) on PostgreSQL too."""

import pytest

from hub.ports import Store
from tests.hub.services.f1 import F1, f1_in
from tests.hub.services.floor import Floor, floor_in


@pytest.fixture
def floor(store: Store) -> Floor:
    """The workshop floor on SQLite."""
    return floor_in(store)


@pytest.fixture
def both_floor(both_store: Store) -> Floor:
    """The test runs twice: on SQLite and on PostgreSQL."""
    return floor_in(both_store)


@pytest.fixture
def f1(both_store: Store) -> F1:
    """The lab of the acceptance scenarios, on each database in turn."""
    return f1_in(both_store)
