"""Empty stores with their tables up: SQLite from a template file, PostgreSQL from a template database."""

import atexit
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import TypeVar

from hub.ports import Store
from hub.store.making import migrate
from hub.store.store import SqliteStore, open_store

T = TypeVar("T")
SHOWN = ("lab", "person", "node", "store_meta")  # what anybody who fills a store begins with


@cache
def _folder() -> Path:
    made = Path(mkdtemp(prefix="lq-tpl-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


@cache
def _template() -> Path:
    path = _folder() / "empty.db"
    migrate(f"sqlite:///{path}")
    return path


def sqlite_copy(folder: Path) -> str:
    """The URL of a fresh, migrated SQLite file in `folder`."""
    path = folder / "loquet.db"
    shutil.copy(_template(), path)
    return f"sqlite:///{path}"


def filled(store: Store, build: Callable[[Store], T]) -> T:
    """What `build` makes of an empty store: on SQLite built once in this process, its pages copied ever after.

    What comes back is the first one's, and names that store: whoever keeps a store in it puts his own there.
    """
    if not isinstance(store, SqliteStore) or not _untouched(store._path):
        return build(store)
    template, made = _built(build)
    with closing(sqlite3.connect(template)) as whole, closing(sqlite3.connect(store._path)) as ours:
        whole.backup(ours)
    return made


@cache
def _built(build: Callable[[Store], T]) -> tuple[Path, T]:
    folder = Path(mkdtemp(dir=_folder()))
    with open_store(sqlite_copy(folder)) as store:
        made = build(store)
    return folder / "loquet.db", made


def _untouched(path: Path) -> bool:
    question = " UNION ALL ".join(f"SELECT 1 FROM {table}" for table in SHOWN)
    with closing(sqlite3.connect(path)) as base:
        return base.execute(question).fetchone() is None
