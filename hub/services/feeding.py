"""What does a secret calendar link show? Links of 256 random bits, kept as a hash; busy times only unless asked; never a name.

A link dies with its revocation, with its owner's account, and with his last role in the lab.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from core.vocabulary import OCCUPYING, MemberStatus, Reason, ReservationKind
from hub.ports import Closure, Feed, FeedSubject, Lab, Person, Reservation, Tx
from hub.services.calendar import calendar_of
from hub.services.letting_in import digest
from hub.services.refused import Refused, refused

MOST = 20  # links of one person that stand at once: a phone, a laptop, a colleague, and room
BACK = timedelta(days=30)  # how much of one's own past a calendar program keeps showing
AHEAD = timedelta(days=366)  # past the longest horizon (staff: 180 days)
FOR_ALL = frozenset(
    {ReservationKind.CLASS, ReservationKind.TRAINING}
)  # what the lab offers, whoever leads it


class Shown(StrEnum):
    """What kind of time an entry is."""

    BUSY = "busy"
    BOOKING = "booking"
    CLASS = "class"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One time in a calendar; `key` stays the same while the thing does, `rev` rises with its changes."""

    key: str
    start: datetime
    end: datetime
    shown: Shown
    machine: str | None = None
    text: str = ""
    rev: int = 0
    changed: datetime | None = None
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class FeedShown:
    """A calendar as it goes out, in its owner's language; `made` stands for the instant of entries that know none."""

    subject: FeedSubject
    lab: Lab
    machine: str | None
    lang: str
    made: datetime
    entries: Sequence[FeedEntry]


def make_feed(
    tx: Tx, owner: Person, subject: FeedSubject, machine: str | None, now: datetime, *, details: bool = False
) -> tuple[Feed, str] | Refused:
    """A new link and its secret, shown once. `details` is for one's own bookings alone; a machine link names its machine."""
    named = tx.machines.get(machine) if machine is not None else None
    if (subject is FeedSubject.MACHINE) != (machine is not None):
        return refused(Reason.INVALID, {"field": "machine"})
    if machine is not None and (named is None or not owner.roles.get(named.lab)):
        return refused(Reason.NOT_FOUND)
    if details and subject is not FeedSubject.PERSON:
        return refused(Reason.INVALID, {"field": "details"})
    tx.people.lock([owner.id])
    if len(tx.feeds.of(owner.id)) >= MOST:
        return refused(Reason.RATE_LIMITED, {"most": MOST})
    secret = secrets.token_urlsafe(32)
    lab = named.lab if named else owner.lab
    feed = Feed(tx.fresh_id(), lab, owner.id, subject, machine, details, digest(secret), now)
    tx.feeds.add(feed)
    tx.audit.append(lab, owner.id, "feed.made", feed.id, {"member": owner.id, "subject": subject.value}, now)
    return feed, secret


def revoke_feed(tx: Tx, owner: Person, feed: str, now: datetime) -> Feed | Refused:
    """Make one's own link void; another's is not found."""
    kept = tx.feeds.get(feed)
    if kept is None or kept.person != owner.id or not tx.feeds.revoke(feed, now):
        return refused(Reason.NOT_FOUND)
    tx.audit.append(kept.lab, owner.id, "feed.revoked", feed, {"member": owner.id}, now)
    return kept


def feed_shown(tx: Tx, secret: str, now: datetime) -> FeedShown | None:
    """What the link shows now; None for one that is unknown or void."""
    feed = tx.feeds.by_hash(digest(secret))
    if feed is None or feed.revoked is not None:
        return None
    account, lab = tx.people.account(person=feed.person), tx.machines.lab(feed.lab)
    if account is None or lab is None or not _stands(account.person, feed.lab, active=account.active):
        return None
    entries = _ENTRIES[feed.subject](tx, feed, now)
    return FeedShown(feed.subject, lab, feed.machine, account.person.lang, feed.created, entries)


def entry_of(one: Reservation) -> FeedEntry:
    """A reservation for its holder."""
    gone = one.status not in OCCUPYING
    return FeedEntry(
        one.id, one.start, one.end, Shown.BOOKING, one.machine, "", one.rev, one.changed, cancelled=gone
    )


def _stands(owner: Person, lab: str, *, active: bool) -> bool:
    return active and owner.status is not MemberStatus.ARCHIVED and bool(owner.roles.get(lab))


def _of_person(tx: Tx, feed: Feed, now: datetime) -> Sequence[FeedEntry]:
    held = tx.bookings.of_person(feed.person, now - BACK, now + AHEAD)
    entries = [entry_of(one) for one in held if one.status in OCCUPYING]
    if feed.details:
        return entries
    return [FeedEntry(_hidden(one.key), one.start, one.end, Shown.BUSY, rev=one.rev) for one in entries]


def _of_machine(tx: Tx, feed: Feed, now: datetime) -> Sequence[FeedEntry]:
    shown = calendar_of(tx, feed.machine or "", (None, None), None, now)
    if shown is None:
        return []
    busy = [
        FeedEntry(_hidden(f"{feed.machine}/{one.end}"), one.start, one.end, Shown.BUSY, feed.machine)
        for one in shown.reservations
    ]
    return sorted(
        [*busy, *(_closed(one, feed.machine) for one in shown.closures)],
        key=lambda one: (one.start, one.end, one.key),
    )


def _of_lab(tx: Tx, feed: Feed, now: datetime) -> Sequence[FeedEntry]:
    classes = [
        FeedEntry(_hidden(one.id), one.start, one.end, Shown.CLASS, one.machine, rev=one.rev)
        for one in tx.bookings.taken_in(feed.lab, now, now + AHEAD)
        if one.kind in FOR_ALL
    ]
    closed = [_closed(one, one.machine) for one in tx.machines.closures_in(feed.lab, now, now + AHEAD)]
    return sorted([*classes, *closed], key=lambda one: (one.start, one.end, one.key))


def _closed(one: Closure, machine: str | None) -> FeedEntry:
    return FeedEntry(one.id, one.start, one.end, Shown.CLOSED, machine, one.reason, changed=one.created)


def _hidden(key: str) -> str:
    """A name that stays the same and leads nowhere."""
    return hashlib.sha256(f"feed/{key}".encode()).hexdigest()[:32]


_ENTRIES = {
    FeedSubject.PERSON: _of_person,
    FeedSubject.MACHINE: _of_machine,
    FeedSubject.LAB: _of_lab,
}
