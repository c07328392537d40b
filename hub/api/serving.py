"""How does a request become an answer? Who asks, may he, what does he send; then the route; then the answer's papers.

The one place of the API where breakage is caught: whatever it is, the caller hears a problem, never a trace.
"""

import hashlib
from typing import Any

import structlog
from flask import Request, Response, current_app, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from core.vocabulary import Reason
from core.wire.codec import parse
from core.wire.refused import Refused as Unreadable
from hub.api.callers import caller_from, language_of
from hub.api.door import Answer, Ask, Deps, person_id
from hub.api.pages import encoded, etag_of
from hub.api.problems import TYPE, Problem, body_of, busy, invalid, problem, unauthenticated
from hub.api.routes import Route
from hub.ports import Busy, KeptAnswer
from hub.services.letting_in import Caller, Scope
from hub.services.replaying import claim

LARGEST = 64 * 1024  # bytes of a body; the largest honest one (a note of 500 characters) has under 4 KiB
LONGEST_KEY = 255
FORGOTTEN = (401, 403, 429)  # these and 5xx are not kept under an Idempotency-Key
log = structlog.get_logger()


def serve(route: Route, deps: Deps, path: dict[str, str]) -> Response:
    """The answer to the present request."""
    caller = None
    try:
        caller = caller_from(request, deps)
        _not_too_fast(deps, caller)
        _let_in(route, caller)
        ask = _ask(deps, caller)
        key = request.headers.get("Idempotency-Key") if route.method == "POST" else None
        if key is None or caller is None or (route.secret and deps.vault is None):
            return _answered(route, ask, path)
        return _once(route, ask, path, key, caller)
    except Problem as said:
        return _problem(said, deps, caller)
    except Busy:
        return _problem(busy(), deps, caller)
    except HTTPException:
        raise
    except Exception:
        if current_app.testing:
            raise
        log.exception("api.broken", route=route.name)
        return _problem(busy(), deps, caller)


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


def _ask(deps: Deps, caller: Caller | None) -> Ask:
    return Ask(
        deps=deps,
        now=deps.clock.wall(),
        lang=language_of(request, caller),
        caller=caller,
        query={name: value for name, value in request.args.items() if _is_text(name, value)},
        body=_body(request),
        if_match=request.headers.get("If-Match"),
        query_string=request.query_string.decode("latin-1"),
    )


def _is_text(name: str, value: str) -> bool:
    if "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise invalid(name)
    return True


def _body(asked: Request) -> dict[str, Any]:
    if asked.method in ("GET", "HEAD"):
        return {}
    raw = _read(asked)
    if raw and not _is_json(asked.mimetype):
        raise problem(Reason.INVALID, status=415, field="Content-Type")
    try:
        return parse(raw) if raw else {}
    except Unreadable:
        raise invalid("body") from None


def _read(asked: Request) -> bytes:
    """The bytes of the body. One that comes in chunks is cut at the limit, not refused there: so one byte more is asked for."""
    too_much = problem(Reason.INVALID, status=413, field="body", most_bytes=LARGEST)
    asked.max_content_length = LARGEST + 1
    try:
        raw = asked.get_data(cache=True)
    except RequestEntityTooLarge:
        raise too_much from None
    except HTTPException:
        raise
    except Exception:  # noqa: BLE001 -- the server's own reader says so of chunks that are none: the sender's fault
        raise problem(Reason.INVALID, status=400, field="body") from None
    if len(raw) > LARGEST:
        raise too_much
    return raw


def _is_json(mimetype: str) -> bool:
    """What says nothing of itself is read as JSON, too: there is nothing else to send here."""
    return mimetype in ("", "application/json") or mimetype.endswith("+json")


def _answered(route: Route, ask: Ask, path: dict[str, str]) -> Response:
    answer: Answer = route.handler(ask, **path)
    return response_of(answer, person_id(ask.caller))


def response_of(answer: Answer, who: str) -> Response:
    """The answer with its tag; 304 for who has it already."""
    body = encoded(answer.body)
    response = Response(body, answer.status, dict(answer.headers), mimetype=answer.mimetype)
    response.headers["ETag"] = answer.etag or etag_of(body, who if answer.private else "")
    response.headers["Cache-Control"] = "private, no-store" if answer.private else "public, no-cache"
    if not answer.private:
        response.headers["Vary"] = "Authorization, Cookie"
    if answer.status == 200 and request.method in ("GET", "HEAD"):
        response.make_conditional(request)
    return response


def _problem(said: Problem, deps: Deps, caller: Caller | None) -> Response:
    ask = Ask(deps, deps.clock.wall(), language_of(request, caller), caller, {}, {})
    response = Response(encoded(body_of(said, ask.voice())), said.status, dict(said.headers), mimetype=TYPE)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _once(route: Route, ask: Ask, path: dict[str, str], key: str, caller: Caller) -> Response:
    """Do it once for this key; the same request again gets the same answer."""
    if not 0 < len(key) <= LONGEST_KEY or not key.isprintable():
        raise invalid("Idempotency-Key")
    digest = _digest(route, ask)
    owner, place = (caller.person.lab, caller.person.id), (route.method, request.path, key)
    row = ask.write(lambda tx: claim(tx, owner, place, digest, ask.now))
    if isinstance(row, KeptAnswer):
        return _again(route, ask, row, digest)
    try:
        response = _answered(route, ask, path)
    except Problem as said:
        response = _problem(said, ask.deps, caller)
    except BaseException:
        ask.write(lambda tx: tx.replays.forget(row))
        raise
    try:
        _keep(route, ask, row, response)
    except (
        Busy
    ):  # what was asked for is done: to say 503 now would be a lie, and the key forgets itself in a minute
        log.warning("api.answer_not_kept", route=route.name)
    return response


def _digest(route: Route, ask: Ask) -> str:
    """What tells this request from another; keyed where it holds a secret: a UID of four bytes is soon found from its hash."""
    sent = request.query_string + b"\n" + request.get_data(cache=True)
    vault = ask.deps.vault if route.secret else None
    return vault.key(sent) if vault else hashlib.sha256(sent).hexdigest()


def _keep(route: Route, ask: Ask, row: int, response: Response) -> None:
    status, headers = (
        response.status_code,
        {k: v for k, v in response.headers.items() if k != "Content-Length"},
    )
    if status in FORGOTTEN or status >= 500:
        ask.write(lambda tx: tx.replays.forget(row))
        return
    vault = ask.deps.vault if route.secret else None
    text = vault.seal(response.get_data()).decode() if vault else response.get_data(as_text=True)
    ask.write(lambda tx: tx.replays.finish(row, status, headers, text))


def _again(route: Route, ask: Ask, kept: KeptAnswer, digest: str) -> Response:
    if kept.body_hash != digest:
        raise problem(Reason.IDEMPOTENCY, field="Idempotency-Key")
    if kept.status is None:
        raise problem(Reason.IDEMPOTENCY, status=409, headers={"Retry-After": "1"}, seconds=1)
    vault = ask.deps.vault if route.secret else None
    return Response(vault.open(kept.body.encode()) if vault else kept.body, kept.status, dict(kept.headers))
