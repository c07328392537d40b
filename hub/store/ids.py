"""What is a new reservation called? When it was made, then chance: what was made together lies together in the index.

A wholly random name puts every booking on another leaf of a million's index, which is read, written to the log and carried over for
it alone. The instant is no secret to those who may see the name (the holder, staff, nodes), and 80 random bits cannot be guessed.
What must not be guessed at all (tokens, feeds, sessions) is wholly random, and made elsewhere.
"""

from binascii import b2a_base64
from datetime import datetime
from os import urandom

from hub.store.schema.base import ms_of

_URL_SAFE = bytes.maketrans(b"+/", b"-_")
_TIME, _CHANCE = 6, 10  # bytes: milliseconds since 1970 for 8,900 years; 80 bits (api.md)


def timed_id(now: datetime) -> str:
    """A new opaque name of 22 characters in base64url; those of one moment begin alike."""
    said = b2a_base64(ms_of(now).to_bytes(_TIME, "big") + urandom(_CHANCE), newline=False)
    return said.translate(_URL_SAFE).decode()[:22]
