"""The floor, on SQLite and (`both_floor`) on PostgreSQL too."""

import pytest

from hub.ports import Store
from tests.hub.services.floor import Floor, floor_in


@pytest.fixture
def floor(store: Store) -> Floor:
    """The workshop floor on SQLite."""
    return floor_in(store)


@pytest.fixture
def both_floor(both_store: Store) -> Floor:
    """The test runs twice: on SQLite and on PostgreSQL."""
    return floor_in(both_store)
