"""Which dots make the QR code of an address? A matrix of modules, small enough for the display. Pure."""

from functools import lru_cache
from typing import Final

MODULES: Final = 29  # version 3, 53 letters: two dots a module on 64 rows, and a telephone can read it
KEPT: Final = 8


@lru_cache(KEPT)
def modules(address: str) -> tuple[tuple[bool, ...], ...] | None:
    """The rows of the code, True is dark; None for no address or one that is too long."""
    if not address:
        return None
    import segno  # noqa: PLC0415 -- it brings a web client: not before a code is to be shown

    try:
        code = segno.make(address, error="l", micro=False, boost_error=False)
    except segno.DataOverflowError:  # more than any code holds
        return None
    rows = tuple(tuple(bool(one) for one in row) for row in code.matrix)
    return rows if len(rows) <= MODULES else None
