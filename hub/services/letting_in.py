"""May this bearer ask, and for what? Tokens: 256 random bits, kept as a hash, with a scope and an end (api.md)."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from core.vocabulary import MemberStatus
from hub.ports import Person, Token, Tx
from hub.ports.revisions import person_name
from hub.services.kept import Kept

PREFIX = "lqt_"  # so that secret scanners, and people, see what it is
LONGEST_CERTIFY = timedelta(hours=12)
DEFAULT = timedelta(days=30)


class Scope(IntEnum):
    """What a token may be used for; each holds the one before."""

    READ = 1
    BOOK = 2
    STAFF = 3
    CERTIFY = 4

    @property
    def word(self) -> str:
        """As it is written."""
        return self.name.lower()


SCOPES = {scope.word: scope for scope in Scope}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, with what scope; `token` None for a signed-in page."""

    person: Person
    scope: Scope
    token: str | None = None


def issue_token(tx: Tx, person: Person, scope: Scope, lasts: timedelta, by: str, now: datetime) -> str:
    """A new token in clear, shown once. A `certify` token lasts 12 hours at most: ValueError past it."""
    if scope is Scope.CERTIFY and lasts > LONGEST_CERTIFY:
        raise ValueError("a certify token lasts 12 hours at most")
    if lasts <= timedelta(0):
        raise ValueError("a token needs a time to last")
    clear = PREFIX + secrets.token_urlsafe(32)
    token = Token(tx.fresh_id(), person.lab, person.id, digest(clear), scope.word, now, now + lasts)
    tx.tokens.add(token)
    tx.audit.append(person.lab, by, "token.issued", token.id, {"member": person.id, "scope": scope.word}, now)
    return clear


def caller_of(tx: Tx, clear: str, now: datetime) -> Caller | None:
    """Whose token this is; None for one that is unknown, over, revoked, or whose person may not sign in.

    Remembered until the person, a role or a token of his changes, in whichever process.
    """
    name = digest(clear)
    owner = _OWNERS.get(name, 0) or _owner(tx, name)
    if owner is None:
        return None
    rev = tx.revisions.of([person_name(owner)])[person_name(owner)]
    known = _CALLERS.get(name, rev) or _read(tx, name, rev)
    return known[0] if known is not None and now < known[1] else None


def _owner(tx: Tx, name: str) -> str | None:
    token = tx.tokens.by_hash(name)
    return _OWNERS.keep(name, 0, token.person) if token else None


def _read(tx: Tx, name: str, rev: int) -> tuple[Caller, datetime] | None:
    token = tx.tokens.by_hash(name)
    if token is None or token.revoked is not None:
        return None
    account = tx.people.account(person=token.person)
    if account is None or not account.active or account.person.status is MemberStatus.ARCHIVED:
        return None
    return _CALLERS.keep(name, rev, (Caller(account.person, SCOPES[token.scope], token.id), token.expires))


_OWNERS: Kept[str, str] = Kept(4096)  # whose a token is never changes
_CALLERS: Kept[str, tuple[Caller, datetime]] = Kept(4096)  # bearers in memory, by the hashes of their tokens


def digest(clear: str) -> str:
    """The hash under which a token is kept; 256 random bits need no salt and no stretching."""
    return hashlib.sha256(clear.encode()).hexdigest()
