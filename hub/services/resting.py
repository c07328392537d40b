"""Is this badge in its owner's hand alone? A lost one is reported, one in two places rests until its owner wakes it (R57).

A badge that rests is not believed where the risk is medium or high; the session that it began goes on. Its owner
wakes it with a second factor, which is the door's business.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from core.vocabulary import BadgeState, Reason
from hub.ports import Badge, BadgeVault, Node, Person, StoredRecord, Tx
from hub.services import alerting, badge_names, granting, telling
from hub.services.refused import Refused, refused

WITHIN = timedelta(seconds=60)  # R57: nobody walks from machine to machine and back so fast
STRANGE = Reason.BADGE_UNKNOWN.value
MOST = 20  # sessions looked at around one tap


class Why(StrEnum):
    """Why a badge rests."""

    TWO_PLACES = "two-places"
    WRONG_PINS = "wrong-pins"
    NOT_ME = "not-me"


@dataclass(frozen=True, slots=True)
class Tap:
    """A badge laid on a reader."""

    node: Node
    at: datetime
    badge: Badge


def rest(tx: Tx, badge: Badge, why: Why, now: datetime) -> bool:
    """Let it rest, and tell its owner and the staff; False when it does already, or cannot be copied."""
    if not badge.copyable or badge.state is not BadgeState.ACTIVE or not tx.badges.rest(badge.id, now, why):
        return False
    tx.audit.append(badge.lab, "hub", "badge.rests", badge.id, {"member": badge.person, "why": why}, now)
    granting.person_changed(tx, badge.person, now)
    telling.mail_person(tx, badge.lab, badge.person, f"badge.rests.{why}", now, {})
    alerting.tell_staff(tx, badge.lab, "badge.resting", badge.id, now, {"who": badge.person})
    return True


def rest_all(tx: Tx, person: str, why: Why, now: datetime) -> int:
    """All copyable badges of a person; how many began to rest."""
    return sum(rest(tx, badge, why, now) for badge in tx.badges.of(person))


def revive(tx: Tx, by: Person, badge_id: str, now: datetime) -> Badge | Refused:
    """The owner has proved who he is: the badge is believed again. NOT_FOUND for any but his own; CHANGED: it rests not."""
    badge = tx.badges.get(badge_id)
    if badge is None or badge.person != by.id:
        return refused(Reason.NOT_FOUND)
    if not tx.badges.rest(badge.id, None):
        return refused(Reason.CHANGED)
    pin = tx.assurance.pin(by.id, lock=True)
    if pin is not None and pin.wrong:
        tx.assurance.set_pin(replace(pin, wrong=()))  # who proved himself counts his guesses anew
    tx.audit.append(badge.lab, by.id, "badge.revived", badge.id, {"member": by.id}, now)
    granting.person_changed(tx, by.id, now)
    return tx.badges.get(badge_id) or badge


def tapped(
    tx: Tx, node: Node, said: Mapping[str, Any], moment: tuple[datetime, datetime], vault: BadgeVault
) -> None:
    """A `tap` record has come; `moment`: when it happened, and now."""
    at, now = moment
    badge = _badge(tx, node, said, vault)
    if badge is None:
        return
    if badge.state is BadgeState.LOST:
        alerting.tell_staff(tx, node.lab, "badge.lost-tapped", badge.id, now, {"machine": node.machine})
        return
    here = Tap(node, at, badge)
    if badge.rests is None and any(_apart(tx, here, there) for there in _elsewhere(tx, here, vault)):
        rest(tx, badge, Why.TWO_PLACES, now)


def _elsewhere(tx: Tx, here: Tap, vault: BadgeVault) -> Iterator[Tap]:
    """The same badge at other nodes within the minute, before or after: records come late and in any order."""
    nodes = {one.id: one for one in tx.nodes.all(here.node.lab)}
    for record in tx.records.between(here.node.lab, "tap", here.at - WITHIN, here.at + WITHIN):
        node = nodes.get(record.node)
        if node is None or node.id == here.node.id:
            continue
        badge = _badge(tx, node, _data(record), vault)
        if badge is not None and badge.id == here.badge.id:
            yield Tap(node, record.at, badge)


def _apart(tx: Tx, one: Tap, other: Tap) -> bool:
    """Does a session of this badge's owner go on at one machine while the badge is laid at the other?

    Who has tapped out may walk on: that is no copy.
    """
    return _runs(tx, one, other.at) or _runs(tx, other, one.at)


def _runs(tx: Tx, place: Tap, at: datetime) -> bool:
    """Whether the owner's session at this place went on at that instant."""
    after = at + timedelta(milliseconds=1)
    near = tx.sessions.page(person=place.badge.person, start=at, end=after, limit=MOST)
    there = (one for one in near if one.machine == place.node.machine)
    return any(one.start < at and (one.end is None or one.end > at) for one in there)


def _badge(tx: Tx, node: Node, said: Mapping[str, Any], vault: BadgeVault) -> Badge | None:
    """The badge of a tap: by the node's name for it, else a person's only one."""
    key, who = said.get("key"), said.get("who")
    if STRANGE in (
        said.get("reasons") or ()
    ):  # the node's view knows every badge but a stranger's: none is sought
        return None
    if isinstance(key, str) and key:
        return badge_names.badge_named(tx, node, key, vault)
    his = [one for one in tx.badges.of(who) if one.state is BadgeState.ACTIVE] if isinstance(who, str) else []
    return his[0] if len(his) == 1 else None


def _data(record: StoredRecord) -> Mapping[str, Any]:
    data = json.loads(record.text).get("data")
    return data if isinstance(data, dict) else {}
