"""Was this very request made before? Who sends a key along is heard once; the same again gets the same answer (api.md).

1. What was done and what was said of it are one transaction: a hub that dies keeps both, or neither.
2. A refusal changed nothing, so it is told outside, and kept afterwards: nobody waits while we look for what is free instead.
3. While the first runs, the same again hears 409, whichever process runs it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import structlog

from core.vocabulary import Reason
from hub.api.door import Ask
from hub.api.problems import Problem, invalid, problem
from hub.api.sent import Sent, refusal
from hub.ports import BadgeVault, Busy, KeptAnswer, KeyPlace, Store, Tx
from hub.services import replaying
from hub.services.refused import Refused

T = TypeVar("T")
Answering = Callable[[Ask], Sent]
LONGEST_KEY = 255
FORGOTTEN = (401, 403, 429)  # these and 5xx are not kept (api.md)
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Keyed:
    """A request with a key: `digest` tells it from another; `vault` seals what is kept of one that shows a secret."""

    ask: Ask
    place: KeyPlace
    digest: str
    vault: BadgeVault | None = None


class Turned(Exception):  # noqa: N818 -- ends a transaction early, and is no error
    """A write was refused; `values` is what all writes of the request answered, this one last."""

    def __init__(self, values: Sequence[Any]) -> None:
        super().__init__()
        self.values = values


@dataclass(slots=True)
class Within:
    """A store that is one transaction, already open; `broken` once a write of it raised."""

    tx: Tx
    values: list[Any] = field(default_factory=list)
    broken: bool = False

    def read(self, fn: Callable[[Tx], T]) -> T:
        """Ask within the transaction."""
        return fn(self.tx)

    def write(self, fn: Callable[[Tx], T]) -> T:
        """Write within the transaction; Turned where the answer is a refusal."""
        try:
            value = fn(self.tx)
        except BaseException:
            self.broken = True
            raise
        self.values.append(value)
        if isinstance(value, Refused):
            raise Turned(self.values)
        return value


@dataclass(slots=True)
class Recalled:
    """A store whose writes were made already and answered so."""

    store: Store
    values: list[Any]

    def read(self, fn: Callable[[Tx], T]) -> T:
        """Ask the store."""
        return self.store.read(fn)

    def write(self, fn: Callable[[Tx], T]) -> T:
        """What it answered then."""
        value: T = self.values.pop(0)
        return value


def place_of(ask: Ask, method: str, path: str, key: str) -> KeyPlace:
    """Where the key counts; INVALID for one that is none."""
    if not 0 < len(key) <= LONGEST_KEY or not key.isprintable():
        raise invalid("Idempotency-Key")
    return KeyPlace(ask.person.id, method, path, key)


def once(keyed: Keyed, answering: Answering) -> Sent:
    """The answer to a request that may have been made before."""
    under_way = keyed.ask.deps.under_way
    if not under_way.begin(keyed.place):
        raise _being_answered()
    try:
        return _heard(keyed, answering)
    finally:
        under_way.end(keyed.place)


def _heard(keyed: Keyed, answering: Answering) -> Sent:
    try:
        made = keyed.ask.write(lambda tx: _done(tx, keyed, answering))
    except (Problem, Turned) as said:  # what was begun is taken back with it
        made = said
    if made is None:
        raise _being_answered()
    if isinstance(made, Sent):
        return made
    return _again(keyed, made) if isinstance(made, KeptAnswer) else _refused(keyed, made, answering)


def _done(tx: Tx, keyed: Keyed, answering: Answering) -> Sent | KeptAnswer | Problem | Turned | None:
    """All in one transaction. None: another process answers this key just now."""
    if not tx.replays.alone(keyed.place):
        return None
    before = replaying.kept(tx, keyed.place, keyed.ask.now)
    if before is not None:
        return before
    within = Within(tx)
    try:
        made = answering(keyed.ask.over(within))
    except (Problem, Turned) as said:
        if within.broken:
            raise
        return said
    _keep(tx, keyed, made)
    return made


def _refused(keyed: Keyed, said: Problem | Turned, answering: Answering) -> Sent:
    """What is said to a refusal: asked again outside the transaction, where looking for alternatives holds up nobody."""
    told = _told(keyed, said, answering)
    if told.status in FORGOTTEN or told.status >= 500:
        return told
    try:
        before = keyed.ask.write(lambda tx: _keep_first(tx, keyed, told))
    except Busy:  # nothing was done, and that is what is said; the same request again is judged anew
        log.warning("api.answer_not_kept", path=keyed.place.path)
        return told
    return _again(keyed, before) if before else told


def _told(keyed: Keyed, said: Problem | Turned, answering: Answering) -> Sent:
    ask = keyed.ask
    try:
        if isinstance(said, Turned):
            return answering(ask.over(Recalled(ask.deps.store, list(said.values))))
    except Problem as refused:
        return refusal(refused, ask.voice())
    return refusal(said, ask.voice())


def _keep_first(tx: Tx, keyed: Keyed, told: Sent) -> KeptAnswer | None:
    """Keep it, unless the key got another answer meanwhile: that one. 409 where another process is about to give one."""
    if not tx.replays.alone(keyed.place):
        raise _being_answered()
    before = replaying.kept(tx, keyed.place, keyed.ask.now)
    if before is None:
        _keep(tx, keyed, told)
    return before


def _keep(tx: Tx, keyed: Keyed, made: Sent) -> None:
    text = (keyed.vault.seal(made.body) if keyed.vault else made.body).decode()
    answer = KeptAnswer(keyed.digest, made.status, dict(made.headers), text, keyed.ask.now)
    tx.replays.keep(keyed.ask.person.lab, keyed.place, answer)


def _again(keyed: Keyed, kept: KeptAnswer) -> Sent:
    if kept.body_hash != keyed.digest:
        raise problem(Reason.IDEMPOTENCY, field="Idempotency-Key")
    body = kept.body.encode()
    return Sent(
        kept.status or 500, tuple(kept.headers.items()), keyed.vault.open(body) if keyed.vault else body
    )


def _being_answered() -> Problem:
    return problem(Reason.IDEMPOTENCY, status=409, headers={"Retry-After": "1"}, seconds=1)
