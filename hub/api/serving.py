"""How does a request become an answer? Who asks, may he, what does he send; then the route; then the answer's papers.

The one place of the API where breakage is caught: whatever it is, the caller hears a problem, never a trace.
"""

import hashlib
from typing import Any

import structlog
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.wrappers import Request

from core.vocabulary import Reason
from core.wire.codec import parse
from core.wire.refused import Refused as Unreadable
from hub.api.callers import caller_from, language_of
from hub.api.door import Ask, Deps, not_found, person_id
from hub.api.once import Keyed, once, place_of
from hub.api.problems import Problem, busy, invalid, problem, unauthenticated
from hub.api.routes import Route
from hub.api.sent import Sent, refusal, sent, unless_held
from hub.ports import Busy
from hub.services.letting_in import Caller, Scope

log = structlog.get_logger()


def serve(route: Route, deps: Deps, path: dict[str, str], asked: Request, *, testing: bool = False) -> Sent:
    """The answer to this request; `testing`: what breaks is seen."""
    caller = None
    try:
        caller = caller_from(asked, deps)
        _not_too_fast(deps, caller)
        _let_in(route, caller)
        return _answer(route, _ask(route, deps, caller, asked), path, asked)
    except Problem as said:
        return _no(said, deps, caller, asked)
    except Busy:
        return _no(busy(), deps, caller, asked)
    except HTTPException:
        raise
    except Exception:
        if testing:
            raise
        log.exception("api.broken", route=route.name)
        return _no(busy(), deps, caller, asked)


def _answer(route: Route, ask: Ask, path: dict[str, str], asked: Request) -> Sent:
    def answering(asking: Ask) -> Sent:
        return sent(route.handler(asking, **path), person_id(ask.caller))

    if any(
        "\x00" in one for one in path.values()
    ):  # no thing is named so, and PostgreSQL would not even look
        raise not_found()
    key = asked.headers.get("Idempotency-Key") if route.method == "POST" else None
    if key is not None and ask.caller is not None and not (route.secret and ask.deps.vault is None):
        place = place_of(ask, route.method, asked.path, key)
        return once(Keyed(ask, place, *_digest(route, ask, asked)), answering)
    made = answering(ask)
    return unless_held(made, asked.environ) if route.method == "GET" else made


def _no(said: Problem, deps: Deps, caller: Caller | None, asked: Request) -> Sent:
    ask = Ask(deps, deps.clock.wall(), language_of(asked, caller), caller, {}, {})
    return refusal(said, ask.voice())


def _not_too_fast(deps: Deps, caller: Caller | None) -> None:
    if caller is None:
        return
    wait_s = deps.pace.wait_s(caller.token or caller.person.id, deps.clock.monotonic_ms())
    if wait_s:
        raise problem(Reason.RATE_LIMITED, headers={"Retry-After": str(wait_s)})


def _let_in(route: Route, caller: Caller | None) -> None:
    if route.scope is None:
        return
    if caller is None:
        raise unauthenticated()
    for_crew = (
        route.scope >= Scope.STAFF and route.method == "POST"
    )  # the rest says 404 for what is not one's own
    if caller.scope < route.scope or (for_crew and not caller.person.is_crew):
        raise problem(Reason.FORBIDDEN)


def _ask(route: Route, deps: Deps, caller: Caller | None, asked: Request) -> Ask:
    said, body = asked.query_string, _body(asked, route.most_bytes)
    return Ask(
        deps=deps,
        now=deps.clock.wall(),
        lang=language_of(asked, caller),
        caller=caller,
        query={name: value for name, value in asked.args.items() if _is_text(name, value)} if said else {},
        body=body if route.prepare is None else route.prepare(body),
        if_match=asked.headers.get("If-Match"),
        query_string=said.decode("latin-1"),
    )


def _is_text(name: str, value: str) -> bool:
    if "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise invalid(name)
    return True


def _body(asked: Request, most: int) -> dict[str, Any]:
    if asked.method in ("GET", "HEAD"):
        return {}
    raw = _read(asked, most)
    if raw and not _is_json(asked.mimetype):
        raise problem(Reason.INVALID, status=415, field="Content-Type")
    try:
        return parse(raw) if raw else {}
    except Unreadable:
        raise invalid("body") from None


def _read(asked: Request, most: int) -> bytes:
    """The bytes of the body. One that comes in chunks is cut at the limit, not refused there: so one byte more is asked for."""
    asked.max_content_length = most + 1
    try:
        raw = asked.get_data(cache=True)
    except RequestEntityTooLarge:
        raise _too_much(most) from None
    except HTTPException:
        raise
    except Exception:  # noqa: BLE001 -- the server's own reader says so of chunks that are none: the sender's fault
        raise problem(Reason.INVALID, status=400, field="body") from None
    if len(raw) > most:
        raise _too_much(most)
    return raw


def _too_much(most: int) -> Problem:
    return problem(Reason.INVALID, status=413, field="body", most_bytes=most)


def _is_json(mimetype: str) -> bool:
    """What says nothing of itself is read as JSON, too: there is nothing else to send here."""
    return mimetype in ("", "application/json") or mimetype.endswith("+json")


def _digest(route: Route, ask: Ask, asked: Request) -> tuple[str, Any]:
    """What tells this request from another; keyed where it holds a secret: a UID of four bytes is soon found from its hash.

    And what seals its answer then.
    """
    told = asked.query_string + b"\n" + asked.get_data(cache=True)
    vault = ask.deps.vault if route.secret else None
    return (vault.key(told) if vault else hashlib.sha256(told).hexdigest()), vault
