"""How does somebody come by his first password, or by a new one? By a link in a mail to his own address, that works once.

1. Nobody else ever sees the link: staff ask for it, the mail brings it. It is made when the mail leaves, and kept nowhere.
2. It says whose it is, and is sealed over what his account is now: a password that was set since makes it worthless.
3. It lasts three days on the machine's own clock, like every one-time code.
"""

import hashlib
import hmac
import secrets
from datetime import datetime
from typing import Final

from itsdangerous import BadSignature, URLSafeTimedSerializer

from core.vocabulary import MemberStatus, Reason
from hub.ports import Account, Person, Tx
from hub.services import facts, telling
from hub.services.refused import Refused, refused

LASTS_S: Final = 3 * 24 * 3600  # a mail that waited over a weekend
SHORTEST, LONGEST = 10, 256  # characters of a password; ASVS 5.0 §6.2.1 asks for eight
FEWEST_DIFFERENT: Final = 5  # characters: "aaaaaaaaaa" and "1212121212" are none


class Invitations:
    """Makes and reads the links' keys; `secret` is the one of the sessions."""

    def __init__(self, secret: bytes) -> None:
        self._seal = URLSafeTimedSerializer(secret, salt="invitation")

    def key_of(self, account: Account) -> str:
        """The key that lets this person choose a password."""
        return str(self._seal.dumps([account.person.id, _state(account)]))

    def account_of(self, tx: Tx, key: str) -> Account | None:
        """Whose key this is; None for one that is forged, over, or used."""
        try:
            person, state = self._seal.loads(key, max_age=LASTS_S)
        except (BadSignature, ValueError, TypeError):
            return None
        account = tx.people.account(person=str(person))
        if account is None or not _may(account) or not hmac.compare_digest(_state(account), str(state)):
            return None
        return account


def invite(tx: Tx, by: Person, member: Person, now: datetime) -> Person | Refused:
    """Send the link to the member's own address. Refused: FORBIDDEN (staff only), CHANGED (his account is closed)."""
    if not by.is_staff(member.lab):
        return refused(Reason.FORBIDDEN)
    account = tx.people.account(person=member.id)
    if account is None or not _may(account):
        return refused(Reason.CHANGED)
    telling.mail_person(tx, member.lab, member.id, _letter(account), now, {})
    tx.audit.append(member.lab, by.id, "member.invited", member.id, {}, now)
    return member


def accept(
    tx: Tx, invitations: Invitations, key: str, password: str, *, charter: bool, now: datetime
) -> Account | None:
    """Take the password (a hash) from the link's person; `charter`: the house rules were accepted. None: it works no more.

    Every session that was signed in before ends.
    """
    found = invitations.account_of(tx, key)
    if found is None:
        return None
    tx.people.lock([found.person.id])
    if invitations.account_of(tx, key) is None:  # opened twice at once: the first counts
        return None
    values: dict[str, object] = {"password": password, "fs_uniquifier": secrets.token_hex(16)}
    if charter:
        values["charter"] = facts.charter_of(tx, found.person.lab)
    tx.people.change(found.person.id, values)
    tx.audit.append(found.person.lab, found.person.id, "password.chosen", found.person.id, {}, now)
    return tx.people.account(person=found.person.id)


def good_enough(password: str, person: Person) -> bool:
    """Long enough, not one thing over and over, and not what everybody knows of the person."""
    if not SHORTEST <= len(password) <= LONGEST or len(set(password)) < FEWEST_DIFFERENT:
        return False
    said, known = password.casefold(), (person.email, person.email.split("@")[0] * 2, person.name)
    return all(said != one.casefold() for one in known)


def _may(account: Account) -> bool:
    return account.active and account.person.status is not MemberStatus.ARCHIVED


def _letter(account: Account) -> str:
    return "member.password" if account.password else "member.invited"


def _state(account: Account) -> str:
    """What the account is now, told to nobody: it changes with each password."""
    told = f"{account.fs_uniquifier} {account.password or ''}"
    return hashlib.sha256(told.encode()).hexdigest()[:32]
