"""Is this the person's PIN? Set by its owner after signing in anew, typed beside a machine, checked here alone (R57).

Kept as scrypt of a keyed hash whose key is outside the database: ten thousand PINs are soon tried, but not by who
has only the database. Five wrong ones within a quarter of an hour rest the badge that they were typed for.
"""

import hashlib
import hmac
import secrets
from dataclasses import replace
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


def set_pin(tx: Tx, vault: BadgeVault, person: Person, digits: str, now: datetime) -> Refused | None:
    """The person's PIN from now on. INVALID for what is no PIN, or one that everybody tries first."""
    if not _fit(digits):
        return refused(Reason.INVALID, {"field": "pin"})
    salt = secrets.token_bytes(16)
    kept = f"{salt.hex()}${_stretched(_keyed(vault, person.id, digits), salt).hex()}"
    tx.assurance.set_pin(Pin(person.id, person.lab, kept, now))
    tx.audit.append(person.lab, person.id, "pin.set", person.id, {}, now)
    return None


def drop_pin(tx: Tx, person: Person, now: datetime) -> None:
    """The person has no PIN any more."""
    if tx.assurance.drop_pin(person.id):
        tx.audit.append(person.lab, person.id, "pin.dropped", person.id, {}, now)


def check(tx: Tx, vault: BadgeVault, badge: Badge, typed: tuple[str, str], now: datetime) -> Verdict:
    """Whether the digits are the PIN of this badge's owner; `typed`: (digits, node). A right one counts there a while.

    While a badge rests its PIN is not even looked at: nobody learns whether a guess was right.
    """
    digits, node = typed
    pin = tx.assurance.pin(badge.person)
    if pin is None:
        return Verdict.NONE
    if badge.rests is not None:
        return Verdict.WRONG
    salt, _, kept = pin.hash.partition("$")
    made = _stretched(_keyed(vault, badge.person, digits), bytes.fromhex(salt)).hex()
    if hmac.compare_digest(made, kept):
        tx.assurance.set_pin(replace(pin, wrong=()))
        tx.assurance.prove(Proof(badge.lab, badge.person, ProofKind.PIN, now, now + COUNTS, node))
        return Verdict.RIGHT
    wrong = (*(at for at in pin.wrong if at > now - WINDOW), now)
    tx.assurance.set_pin(replace(pin, wrong=wrong))
    if len(wrong) >= MOST_WRONG:
        resting.rest(tx, badge, resting.Why.WRONG_PINS, now)
    return Verdict.WRONG


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
