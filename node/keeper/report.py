"""How does the machine stand? The `state` message, as doorman and bench read it.

It must fit a packet: of very many locks the last ones are left out, `inhibits` still tells of them.
"""

from typing import Final

from core.vocabulary import Inhibit
from core.wire import codec
from core.wire.socket import MAX_BYTES, Message
from node.keeper.keeper import Keeper
from node.keeper.timers import phase_until_ms
from node.keeper.watch import mismatched

ROOM: Final = MAX_BYTES - 512  # what `welcome` and `ok` need around it


def state_message(keeper: Keeper) -> Message:
    """The present state; see core.wire.socket."""
    state, session = keeper.state, keeper.state.session
    locks = [
        {"id": lock.id, "kind": lock.kind.value, "owner": lock.owner}
        for lock in sorted(state.locks, key=lambda lock: lock.id)
    ]
    message: Message = {
        "msg": "state",
        "phase": state.phase.value,
        "inhibits": sorted(inhibit.value for inhibit in state.inhibits),
        "locks": locks,
        "session": session
        and {"id": session.id, "kind": session.kind.value, "who": session.who, "until": session.until},
        "until_ms": session.until_ms if session else None,
        "phase_until_ms": phase_until_ms(state, keeper.meter, keeper.policy),
        "busy": state.busy,
        "power_w": keeper.seen.power_w,
        "relay": _relay(keeper),
        "extraction": state.extraction,
        "alarm": state.alarm,
        "presses": keeper.presses,
        "fault": keeper.fault if Inhibit.FAULT in state.inhibits else None,
        "now_ms": keeper.clock.monotonic_ms(),
    }
    while locks and len(codec.encode(message)) > ROOM:
        locks.pop()
    return message


def _relay(keeper: Keeper) -> str:
    """As commanded; `mismatch` when its contact says otherwise, `unknown` while a plug has not confirmed."""
    if mismatched(keeper.seen, keeper.state):
        return "mismatch"
    if keeper.seen.unconfirmed:
        return "unknown"
    return "closed" if keeper.state.power else "open"
