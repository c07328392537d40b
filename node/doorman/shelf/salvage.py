"""Is the shelf sound? Open it; if not, put it aside and begin with an empty one.

Rules: a card that is full or read-only is no damage: the file stays; a damaged file is never repaired in place and never deleted. Nothing of its view is used, so the
node refuses every start until the hub has sent a new one; only what guards against older words (the
store that is followed, the floor of time) is taken over where it can be read.
"""

import logging
from pathlib import Path

from node.doorman.shelf.sqlite import ShelfBroken, SqliteShelf
from node.spoiling import spoiled

log = logging.getLogger(__name__)


def open_shelf(path: Path) -> tuple[SqliteShelf, bool]:
    """The shelf, and whether the former one was damaged. Raises ShelfBroken when none can be made."""
    shelf: SqliteShelf | None = None
    try:
        shelf = SqliteShelf(path)
        shelf.prove()
    except ShelfBroken as problem:
        if shelf is not None:
            shelf.close()
        if not spoiled(problem.__cause__) and not path.is_dir():
            raise
        log.error("event=shelf_damaged problem=%s", problem)  # noqa: TRY400 - one line, no trace
    else:
        return shelf, False
    aside = _put_aside(path)
    try:
        new = SqliteShelf(path)
    except ShelfBroken:
        _rename(aside, path)
        raise
    _take_over(new, aside)
    return new, True


def _put_aside(path: Path) -> Path:
    """Rename the file with its WAL; the first free number."""
    number = 1
    while (aside := path.with_name(f"{path.stem}-damaged-{number}{path.suffix}")).exists():
        number += 1
    _rename(path, aside)
    return aside


def _rename(path: Path, name: Path) -> None:
    """The file with its WAL. Raises ShelfBroken."""
    try:
        for ending in ("", "-wal", "-shm"):
            old = path.with_name(path.name + ending)
            if old.exists():
                old.rename(name.with_name(name.name + ending))
    except OSError as problem:
        raise ShelfBroken(problem.strerror or "cannot be put aside") from problem


def _take_over(new: SqliteShelf, aside: Path) -> None:
    """What no older word may undo, where it can be read."""
    old: SqliteShelf | None = None
    try:
        old = SqliteShelf(aside)
        home, ages = old.home(), old.ages()
        new.take_over(home, ages)
    except ShelfBroken:
        log.warning("event=shelf_lost what=home")
    finally:
        if old is not None:
            old.close()
