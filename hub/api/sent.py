"""What goes out? Status, headers, bytes: nothing of a framework's, so that it can be kept, and said again."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.http import is_resource_modified, parse_etags
from werkzeug.urls import iri_to_uri

from hub.api.door import Answer
from hub.api.pages import encoded, etag_of
from hub.api.problems import TYPE, Problem, body_of
from hub.services.tally import TALLY
from hub.words import Voice

PRIVATE = ("Cache-Control", "private, no-store")
SHARED = (("Cache-Control", "public, no-cache"), ("Vary", "Authorization, Cookie"))


@dataclass(frozen=True, slots=True)
class Sent:
    """An answer as it goes out; the server adds its length."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


def sent(answer: Answer, who: str) -> Sent:
    """The answer to `who`, with its tag."""
    body = encoded(answer.body)
    tag = answer.etag or etag_of(body, who if answer.private else "")
    seen = (PRIVATE,) if answer.private else SHARED
    kind = answer.mimetype + ("; charset=utf-8" if answer.mimetype.startswith("text/") else "")
    more = [(name, _plain(value)) for name, value in answer.headers.items()]
    return Sent(answer.status, (("Content-Type", kind), *more, ("ETag", tag), *seen), body)


def _plain(value: str) -> str:
    """A header's value that any server sends: what names an address may hold what a header may not."""
    return value if value.isascii() and value.isprintable() else iri_to_uri(value)


def refusal(said: Problem, voice: Voice) -> Sent:
    """The problem in the caller's language."""
    body = encoded(body_of(said, voice))
    for one in said.objections:
        TALLY.refused("api", one.code)
    return Sent(said.status, (("Content-Type", TYPE), *said.headers.items(), PRIVATE), body)


def unless_held(made: Sent, environ: Mapping[str, Any]) -> Sent:
    """The answer to a GET, or that who asks has it already (304), or that it is not what he means (412)."""
    if made.status != 200 or not ("HTTP_IF_NONE_MATCH" in environ or "HTTP_IF_MATCH" in environ):
        return made
    tag = next((value for name, value in made.headers if name == "ETag"), None)
    if is_resource_modified(dict(environ), tag):
        return made
    if parse_etags(environ.get("HTTP_IF_MATCH")):
        return Sent(412, made.headers, made.body)
    return Sent(304, tuple(pair for pair in made.headers if pair[0] != "Content-Type"), b"")
