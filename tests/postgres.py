"""A throw-away PostgreSQL: one cluster per test worker, one fresh database per test.

Unix socket only, no fsync (it lives as long as the tests), never as root: the server refuses that, so
that its files belong to an ordinary user when the tests run as root.
"""

import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
from psycopg import sql

from tests.missing import required

STARTS_WITHIN_S = 60
ORDINARY_USERS = ("postgres", "nobody")


def _ordinary_user() -> str | None:
    """Whose the server is: None for ourselves, another's when we are root."""
    if os.geteuid() != 0:
        return None
    known = {each.pw_name for each in pwd.getpwall()}
    return next(name for name in ORDINARY_USERS if name in known)


class Cluster:
    """A running server; `url()` names one of its databases."""

    def __init__(self) -> None:
        self.user = _ordinary_user()
        self.folder = Path(tempfile.mkdtemp(prefix="lq-pg-"))  # a socket's path has 107 bytes
        self.templates: dict[str, str] = {}
        if self.user:
            shutil.chown(self.folder, self.user)

    def __enter__(self) -> Self:
        try:
            self._run(
                "initdb",
                "-D",
                f"{self.folder}/data",
                "-U",
                "loquet",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--no-sync",
            )
            options = (
                f"-F -k {self.folder} -c listen_addresses= -c max_connections=200 -c full_page_writes=off"
            )
            log = f"{self.folder}/log"
            self._run(
                "pg_ctl",
                "-D",
                f"{self.folder}/data",
                "-w",
                "-t",
                str(STARTS_WITHIN_S),
                "-l",
                log,
                "-o",
                options,
                "start",
            )
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._run("pg_ctl", "-D", f"{self.folder}/data", "-m", "immediate", "-w", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str) -> str:
        """What SQLAlchemy is given."""
        return f"postgresql+psycopg://loquet@/{database}?host={self.folder}"

    @contextmanager
    def database(self, template: str = "template0") -> Iterator[str]:
        """The URL of a fresh database; it is dropped at the end, whoever is still connected."""
        name = f"t_{secrets.token_hex(8)}"
        self._create(name, template)
        try:
            yield self.url(name)
        finally:
            self._do(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def template(self, name: str, build: Callable[[str], None]) -> str:
        """The database that `build` filled the first time it was asked for; copies cost 30 ms."""
        if name not in self.templates:
            database = f"tpl_{secrets.token_hex(4)}"
            self._create(database, "template0")
            build(self.url(database))
            self.templates[name] = database
        return self.templates[name]

    def _create(self, name: str, template: str) -> None:
        line = "CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY"
        self._do(sql.SQL(line).format(sql.Identifier(name), sql.Identifier(template)))

    def _do(self, statement: sql.Composed) -> None:
        where = f"host={self.folder} user=loquet dbname=postgres"
        with psycopg.connect(where, autocommit=True) as connection:
            connection.execute(statement)

    def _run(self, name: str, *arguments: str) -> None:
        part = required(name)
        done = subprocess.run(
            [*part.argv, *arguments],
            env={**part.environment(), "LC_ALL": "C"},
            user=self.user,
            group=None if self.user is None else pwd.getpwnam(self.user).pw_gid,
            extra_groups=None if self.user is None else [],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{name} ended with {done.returncode}: {done.stderr}")
