"""Who answered for whom, and does he know it? Every supervised start is told to the supervisor in whose name it was made (R29).

A badge can be copied: "that was not me" stops the session softly, rests his badges, and calls the staff.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from core.timeline import stamp
from core.vocabulary import Reason
from hub.ports import Node, Person, Session, Tx
from hub.services import alerting, ordering, resting, telling
from hub.services.refused import Refused, refused

SHOWN = timedelta(days=30)  # so long his page lists them


def recorded(
    tx: Tx, node: Node, session: str | None, said: Mapping[str, Any], moment: tuple[datetime, datetime]
) -> None:
    """A `supervise` record has come; `moment`: when it happened, and now. Only a start is told, not each hour's tap."""
    at, now = moment
    supervisor, trainee = said.get("supervisor"), said.get("trainee")
    if session is None or not isinstance(supervisor, str) or tx.people.get(supervisor) is None:
        return
    if not _first(tx, session, supervisor, at):
        return
    params = {"machine": node.machine, "who": trainee, "start": stamp(at), "session": session}
    telling.mail_person(tx, node.lab, supervisor, "supervised.started", now, params)


def _first(tx: Tx, session: str, supervisor: str, at: datetime) -> bool:
    """Whether this is the first that he did in this session."""
    known = [one for one in tx.records.of_session(session) if one.type == "supervise"]
    his = [one.at for one in known if json.loads(one.text)["data"].get("supervisor") == supervisor]
    return at <= min(his, default=at)


def of(tx: Tx, person: Person, now: datetime) -> list[Session]:
    """The sessions that he answers for, or did lately; newest first."""
    return list(tx.sessions.answered_for(person.id, now - SHOWN))


def not_me(tx: Tx, by: Person, session_id: str, now: datetime) -> Session | Refused:
    """He did not stand beside: the session is asked to end, his badges rest, staff are called. NOT_FOUND for others'."""
    session = tx.sessions.get(session_id)
    if session is None or session.responsible != by.id:
        return refused(Reason.NOT_FOUND)
    if session.end is None:
        ordering.end_softly(tx, session, by.id, now)
    resting.rest_all(tx, by.id, resting.Why.NOT_ME, now)
    tx.audit.append(session.lab, by.id, "supervision.denied", session.id, {"machine": session.machine}, now)
    alerting.tell_staff(
        tx, session.lab, "supervision.denied", session.id, now, {"machine": session.machine, "who": by.id}
    )
    return session
