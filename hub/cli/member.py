"""`loquet member import FILE.csv [--dry-run]`: many members at once, all of them or none.

Columns: email, name, lang (fr, nl or en); every bad line is named, and with one bad line nothing is written.
"""

import argparse
import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core.vocabulary import Role
from hub.cli.opening import NoHubError, here, refuse
from hub.ports import NewPerson, Tx

COLUMNS = ("email", "name", "lang")
LANGS = ("fr", "nl", "en")
LONGEST = 200  # letters of a name or address


@dataclass(frozen=True)
class Row:
    """One line of the file."""

    line: int
    email: str
    name: str
    lang: str


class BadLinesError(Exception):
    """What is wrong with the file, one line each."""


def main(argv: Sequence[str]) -> int:
    """Run the command; 0 done, 1 refused with a reason, 2 misuse."""
    from hub.store.store import open_store

    wanted = _parser().parse_args(argv)
    try:
        rows = read(wanted.file)
        settings, clock = here()
        with open_store(settings.database_url, group=False) as store:
            now = clock.wall()
            task = lambda tx: add(tx, rows, now, dry=wanted.dry_run)  # noqa: E731  one task, two doors
            (store.read if wanted.dry_run else store.write)(task)
    except (BadLinesError, NoHubError) as bad:
        return refuse("member", str(bad))
    print(f"{len(rows)} members {'could be' if wanted.dry_run else 'were'} imported")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="loquet member", description="The members of a lab.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    importing = commands.add_parser("import", help="many at once, all or none")
    importing.add_argument("file", type=Path, help="CSV with the columns email, name, lang")
    importing.add_argument("--dry-run", action="store_true", help="only say what is wrong")
    return parser


def read(path: Path) -> list[Row]:
    """The rows of a file. Raises BadLinesError naming each bad line."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            table = csv.DictReader(file)
            if not set(COLUMNS) <= set(table.fieldnames or ()):
                raise BadLinesError(f"{path}: the first line must name {', '.join(COLUMNS)}")
            rows = [Row(table.line_num, *((line[name] or "").strip() for name in COLUMNS)) for line in table]
    except (OSError, UnicodeDecodeError, csv.Error) as unread:
        raise BadLinesError(f"{path}: {unread}") from unread
    wrong = [f"{path} line {row.line}: {problem}" for row in rows for problem in problems(row)]
    wrong += [f"{path} line {row.line}: {row.email} stands there twice" for row in _twice(rows)]
    if wrong:
        raise BadLinesError("\n".join(wrong))
    return rows


def problems(row: Row) -> Iterator[str]:
    """What is wrong with one row."""
    before, at, after = row.email.partition("@")
    if not (before and at and "." in after) or len(row.email) > LONGEST or " " in row.email:
        yield f"{row.email!r} is no e-mail address"
    if not row.name or len(row.name) > LONGEST:
        yield "the name is missing or too long"
    if row.lang not in LANGS:
        yield f"lang must be one of {', '.join(LANGS)}"


def _twice(rows: Sequence[Row]) -> Iterator[Row]:
    seen: set[str] = set()
    for row in rows:
        if row.email.lower() in seen:
            yield row
        seen.add(row.email.lower())


def add(tx: Tx, rows: Sequence[Row], now: datetime, *, dry: bool) -> None:
    """Remember them all in the hub's first lab. Raises BadLinesError when an address is taken already."""
    labs = tx.machines.labs()
    if not labs:
        raise BadLinesError("this hub has no lab yet")
    taken = [row for row in rows if tx.people.by_email(row.email) is not None]
    if taken:
        raise BadLinesError("\n".join(f"line {row.line}: {row.email} is a member already" for row in taken))
    if dry:
        return
    for row in rows:
        new = NewPerson(lab=labs[0].id, email=row.email, name=row.name, lang=row.lang)
        person = tx.people.add(new, now)
        if person is not None:
            tx.people.give_role(person.id, labs[0].id, Role.MEMBER)
