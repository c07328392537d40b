"""Is the file itself broken, or only the card not to be written now?

What a full, read-only or busy card refuses is still good and stays where it is; only what cannot be read, or makes no
sense, is put aside.
"""

import sqlite3
from typing import Final

SPOILED: Final = frozenset(
    {
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_IOERR_READ,
        sqlite3.SQLITE_IOERR_SHORT_READ,
        sqlite3.SQLITE_IOERR_CORRUPTFS,
    }
)


def spoiled(cause: BaseException | None) -> bool:
    """Whether what went wrong says that the file is broken; `cause` None: what was read made no sense."""
    if isinstance(cause, OSError):
        return False
    code = getattr(cause, "sqlite_errorcode", None)
    return code is None or code in SPOILED or code & 0xFF in SPOILED
