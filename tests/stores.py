"""Empty stores with their tables up: SQLite from a template file, PostgreSQL from a template database."""

import shutil
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from hub.store.making import migrate


@cache
def _template() -> Path:
    path = Path(mkdtemp(prefix="lq-tpl-")) / "empty.db"
    migrate(f"sqlite:///{path}")
    return path


def sqlite_copy(folder: Path) -> str:
    """The URL of a fresh, migrated SQLite file in `folder`."""
    path = folder / "loquet.db"
    shutil.copy(_template(), path)
    return f"sqlite:///{path}"
