"""Is this the person's PIN? Set by its owner after signing in anew, typed beside a machine, checked here alone (R57).

Kept as scrypt of a keyed hash whose key is outside the database: ten thousand PINs are soon tried, but not by who
has only the database. Five wrong ones within a quarter of an hour rest the badge that they were typed for.
Stretching takes long, and whoever writes waits for nobody: a guess is weighed before the writing begins, against
what is kept then, and counts within it, one after the other and only against the very same.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from core.vocabulary import Reason
from hub.ports import Badge, BadgeVault, Person, Pin, Proof, ProofKind, Tx
from hub.services import resting
from hub.services.refused import Refused, refused

SHORTEST, LONGEST = 4, 8
COST = {"n": 2**14, "r": 8, "p": 1}  # 16 MiB, some 50 ms on a desk: RFC 7914's figures for signing in
MOST_WRONG = 5  # R57
WINDOW = timedelta(minutes=15)  # R57
COUNTS = timedelta(minutes=5)  # a PIN typed at a node speaks for what is done there right after


class Verdict(StrEnum):
    """What became of a PIN."""

    RIGHT = "right"
    WRONG = "wrong"
    NONE = "none"  # the person has set none


@dataclass(frozen=True, slots=True)
class Guess:
    """Digits that were typed for a person, and what is kept of his PIN."""

    person: str
    digits: str
    kept: str


@dataclass(frozen=True, slots=True)
class Weighed:
    """Whether a guess was right, and against what."""

    kept: str
    right: bool


def sealed(vault: BadgeVault, person: str, digits: str) -> str | Refused:
    """What is to be kept of a new PIN; takes long. INVALID for what is no PIN, or one that everybody tries first."""
    if not _fit(digits):
        return refused(Reason.INVALID, {"field": "pin"})
    salt = secrets.token_bytes(16)
    return f"{salt.hex()}${_stretched(_keyed(vault, person, digits), salt).hex()}"


def set_pin(tx: Tx, person: Person, kept: str, now: datetime) -> None:
    """The person's PIN from now on, as `sealed` made it."""
    tx.assurance.set_pin(Pin(person.id, person.lab, kept, now))
    tx.audit.append(person.lab, person.id, "pin.set", person.id, {}, now)


def drop_pin(tx: Tx, person: Person, now: datetime) -> None:
    """The person has no PIN any more."""
    if tx.assurance.drop_pin(person.id):
        tx.audit.append(person.lab, person.id, "pin.dropped", person.id, {}, now)


def guess(tx: Tx, badge: Badge, digits: str, now: datetime) -> Guess | None:
    """What is to be weighed; None where it is not even looked at: no PIN, a badge that rests, too many wrong ones."""
    pin = tx.assurance.pin(badge.person)
    if pin is None or badge.rests is not None or len(_lately(pin, now)) >= MOST_WRONG:
        return None
    return Guess(badge.person, digits, pin.hash)


def weigh(vault: BadgeVault, guess: Guess) -> Weighed:
    """Are these the digits? Takes long: never while writing."""
    salt, _, kept = guess.kept.partition("$")
    made = _stretched(_keyed(vault, guess.person, guess.digits), bytes.fromhex(salt)).hex()
    return Weighed(guess.kept, hmac.compare_digest(made, kept))


def check(tx: Tx, badge: Badge, weighed: Weighed | None, node: str, now: datetime) -> Verdict:
    """Whether the PIN typed at `node` is that of this badge's owner. A right one counts there a while.

    While a badge rests, or after too many wrong ones, nobody learns whether a guess was right; a PIN that was
    changed since it was weighed counts as wrong.
    """
    pin = tx.assurance.pin(badge.person, lock=True)
    if pin is None:
        return Verdict.NONE
    lately = _lately(pin, now)
    if badge.rests is not None or len(lately) >= MOST_WRONG:
        return Verdict.WRONG
    if weighed is not None and weighed.right and weighed.kept == pin.hash:
        tx.assurance.set_pin(replace(pin, wrong=()))
        tx.assurance.prove(Proof(badge.lab, badge.person, ProofKind.PIN, now, now + COUNTS, node))
        return Verdict.RIGHT
    wrong = (*lately, now)
    tx.assurance.set_pin(replace(pin, wrong=wrong))
    if len(wrong) >= MOST_WRONG:
        resting.rest(tx, badge, resting.Why.WRONG_PINS, now)
    return Verdict.WRONG


def _lately(pin: Pin, now: datetime) -> tuple[datetime, ...]:
    return tuple(at for at in pin.wrong if at > now - WINDOW)


def _fit(digits: str) -> bool:
    """Digits, not too few, not one repeated, not a run up or down."""
    if not (digits.isascii() and digits.isdigit() and SHORTEST <= len(digits) <= LONGEST):
        return False
    steps = {int(after) - int(before) for before, after in pairwise(digits)}
    return steps not in ({0}, {1}, {-1})


def _keyed(vault: BadgeVault, person: str, digits: str) -> bytes:
    return vault.key(f"pin {person} {digits}".encode()).encode()


def _stretched(secret: bytes, salt: bytes) -> bytes:
    return hashlib.scrypt(secret, salt=salt, maxmem=64 * 1024 * 1024, dklen=32, **COST)
