"""What does the doorman do for the hub and the keeper, beside taps? Locks, policy, age, records, orders.

Each thing is told to the keeper until it has said ok: what is unanswered is told again when the
keeper comes back. The keeper takes every lock and lift once, however often it is told.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Final

from core.access import stays
from core.grants import MachinePolicy, MachineView
from core.timeline import stamp
from core.vocabulary import StopReason
from core.wire.messages import Lock
from core.wire.socket import POLICY
from node.doorman.effects import Acked, LocksTaken, ReadJournal
from node.doorman.keeper_talk import Reply
from node.doorman.knowledge import Knowledge

log = logging.getLogger(__name__)
RECORDS_MAX: Final = 100  # one batch of wire.md


class Chores:
    """The routine between hub and keeper."""

    def __init__(self, known: Knowledge, changed: Callable[[], None]) -> None:
        self._known, self._changed = known, changed
        self._policy_told: tuple[int, int] | None = None

    def keeper_met(self) -> None:
        """A keeper that has just come knows nothing of age and policy."""
        self._known.stale_told = self._policy_told = None
        self.policy()

    def policy(self) -> None:
        """Tell the machine's policy of the view in force."""
        view = self._known.view
        if view is None or not self._known.keeper.present or self._policy_told == (view.epoch, view.rev):
            return
        told = self._policy_told = (view.epoch, view.rev)
        fields = {"rev": view.rev, "risk": view.machine.risk.value, **policy_fields(view.machine)}
        self._known.keeper.request("policy", fields, lambda reply: self._policy_answered(reply, told))

    def _policy_answered(self, reply: Reply, told: tuple[int, int]) -> None:
        if not reply.ok and self._policy_told == told:
            self._policy_told = None
            log.error("policy not taken code=%s", reply.code)

    def age(self) -> None:
        """Tell whether the view is past its age, when that has changed."""
        too_old = self._known.too_old
        if self._known.keeper.present and too_old is not self._known.stale_told:
            self._known.tell_stale(on=too_old)

    def view_taken(self, view: MachineView) -> None:
        """A new view: its policy, and whether the person in session may go on."""
        self.policy()
        session = self._known.session()
        if session is not None and stays(session, view):
            self.stop(session.id, StopReason.REVOKED, None)

    def stop(self, session: str, reason: StopReason, by: str | None) -> None:
        """Ask the keeper to stop a session by the machine's policy."""
        fields = {"session": session, "reason": reason.value, "by": by}
        self._known.keeper.request("stop", fields, lambda _: None)

    def note(self, kind: str, data: Mapping[str, object], session: str | None = None) -> None:
        """Have something written in the journal."""
        fields = {"type": kind, "session": session, "data": dict(data)}
        self._known.keeper.request("note", fields, lambda _: None)

    def locks(self, effect: LocksTaken) -> None:
        """Set and lift with the keeper."""
        for lock in effect.locks:
            self._tell("lock", _lock_fields(lock))
        for lock_id in effect.lifted:
            self._tell("lift", {"lock": lock_id, "by": None, "reason": None})

    def records(self, effect: ReadJournal | Acked) -> None:
        """Ask for records that the hub has not, or tell which it has stored."""
        if isinstance(effect, ReadJournal):
            after = None if effect.after is None else list(effect.after)
            self._known.keeper.tell("read", {"after": after, "max": min(effect.most, RECORDS_MAX)})
        else:
            journals = dict(effect.journals)
            told = {"epoch": effect.epoch, "store": effect.store, "journals": journals}
            self._known.keeper.tell("acked", told)

    def _tell(self, msg: str, fields: Mapping[str, object]) -> None:
        self._known.keeper.request(msg, fields, lambda reply: self._told(msg, fields, reply))

    def _told(self, msg: str, fields: Mapping[str, object], reply: Reply) -> None:
        if reply.ok:
            self._changed()
        elif reply.silent and self._known.keeper.present:
            self._tell(msg, fields)
        else:
            log.error("keeper refused msg=%s code=%s", msg, reply.code)


def policy_fields(machine: MachinePolicy) -> dict[str, object]:
    """The machine's figures that the keeper runs by."""
    return {name: getattr(machine, name) for name in POLICY}


def _lock_fields(lock: Lock) -> dict[str, object]:
    since = stamp(lock.since) if lock.since else None
    told = {"lock": lock.id, "kind": lock.kind.value, "owner": lock.owner or ""}
    return told | {"by": lock.by, "reason": (lock.reason or "")[:512] or None, "at": since}
