"""What every test may ask for, and what none may do: reach beyond this machine."""

import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_socket

from tests import surroundings
from tests.broker import Broker

if TYPE_CHECKING:
    from tests.postgres import Cluster

surroundings.prepare()

# folders whose tests are about programs that talk to each other; everywhere else a socket is a mistake
TALKING = ("together", "faults", "node", "browser", "hub/store", "hub/mqtt", "architecture")
LOOPBACK = ["127.0.0.1", "::1", "localhost"]
HERE = Path(__file__).parent
EVERYBODY = {
    "hub.1": "hub-secret",
    "las-1": "las-1-secret",
    "cnc-2": "cnc-2-secret",
    "3dp-1": "3dp-1-secret",
}


def _may_talk(item: pytest.Item) -> bool:
    where = item.path.relative_to(HERE).as_posix() if item.path.is_relative_to(HERE) else ""
    return item.get_closest_marker("loopback") is not None or where.startswith(TALKING)


def pytest_collection_finish() -> None:
    """What is loaded by now stays: the collector of garbage need not look through it again and again."""
    gc.freeze()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Close the door before the first fixture runs; pytest-socket opens it again after the test."""
    if _may_talk(item):
        pytest_socket.socket_allow_hosts(LOOPBACK, allow_unix_socket=True)
    else:
        pytest_socket.disable_socket()


@pytest.fixture
def broker_for(tmp_path: Path) -> Iterator[Callable[..., Broker]]:
    """A maker of brokers: `broker_for({"las-1": "secret"}, acl=None)` listens when it returns."""
    made: list[Broker] = []

    def make(users: Mapping[str, str], acl: str | None = None) -> Broker:
        broker = Broker(tmp_path / f"broker-{len(made)}", users, acl)
        made.append(broker)
        broker.start()
        return broker

    yield make
    for each in made:
        each.stop()


@pytest.fixture
def broker(broker_for: Callable[..., Broker]) -> Broker:
    """A Mosquitto that knows hub.1 and the three demo nodes (`broker.users` holds their passwords)."""
    return broker_for(EVERYBODY)


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator["Cluster"]:
    """This worker's PostgreSQL server."""
    from tests.postgres import Cluster  # noqa: PLC0415 - its driver costs a quarter of a second; few ask for it

    with Cluster() as cluster:
        yield cluster


@pytest.fixture
def postgres_url(postgres_cluster) -> Iterator[str]:
    """A fresh, empty PostgreSQL database."""
    with postgres_cluster.database() as url:
        yield url


@pytest.fixture
def postgres_template(postgres_cluster) -> Iterator[Callable[[str, Callable[[str], None]], str]]:
    """A maker of databases copied from one that `build(url)` filled once per worker."""
    with ExitStack() as open_ones:
        yield lambda name, build: open_ones.enter_context(
            postgres_cluster.database(postgres_cluster.template(name, build))
        )


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path}/loquet.db"


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The test runs twice: on a fresh SQLite file, on a fresh PostgreSQL database."""
    return request.getfixturevalue(f"{request.param}_url")
