"""Which requests need nothing of the pages? Those to the API that bring a token, or no cookie at all.

They go straight to their door: no session, no form guard, no page's language, no framework's contexts, a quarter of the time.
What no door answers in so many words (another method, a slash too many) is left to a bare Flask app with the same doors. A page's
own call (cookie and CSRF header) goes through the pages' app as ever.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from flask import Config, Flask, Request, Response, request
from flask.sessions import NullSession, SessionInterface, SessionMixin
from werkzeug.exceptions import HTTPException
from werkzeug.http import HTTP_STATUS_CODES

from core.vocabulary import Reason
from hub.api.calendars import has_it_already
from hub.api.callers import language_of
from hub.api.door import PREFIX, Deps
from hub.api.pages import encoded
from hub.api.paths import Met, Paths
from hub.api.problems import TYPE, body_of, problem
from hub.api.registering import ROUTES, allow_of, register
from hub.api.sent import SHARED
from hub.api.serving import serve
from hub.words import Voice

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

READ_BY_PEOPLE = f"{PREFIX}/docs"
POLICY = ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")  # JSON loads nothing

NO_BODY = frozenset({204, 304})
Held = Callable[[Mapping[str, Any]], "str | None"]


class Direct:
    """A WSGI application around the pages' own; `headers` go on every direct answer.

    `held` says, before anything is begun, which tag the asking one holds if that is all there is to say (304).
    """

    def __init__(
        self, pages: "WSGIApplication", doors: Flask, deps: Deps, headers: Mapping[str, str], held: Held
    ) -> None:
        self._pages, self._doors, self._deps, self._held = pages, doors, deps, held
        self._headers = [POLICY, *headers.items()]
        self._paths = Paths(ROUTES)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer, or let the pages' app answer."""
        if not _direct(environ):
            return self._pages(environ, start_response)
        tag = self._held(environ)
        if tag is not None:
            start_response("304 NOT MODIFIED", [("ETag", tag), *SHARED, *self._headers])
            return []

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Callable[[bytes], object]:
            return start_response(status, headers + self._headers, *error)

        met = self._paths.find(environ)
        return self._doors.wsgi_app(environ, start) if met is None else self._opened(met, environ, start)

    def _opened(self, met: Met, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        route, path = met
        asked = Request(environ)
        try:
            made = serve(route, self._deps, path, asked, testing=self._doors.testing)
        except HTTPException as failure:
            return _no(failure, asked)(environ, start)
        bare = made.status in NO_BODY
        length = [] if bare else [("Content-Length", str(len(made.body)))]
        start(_status(made.status), [*made.headers, *length])
        return [] if bare or environ["REQUEST_METHOD"] == "HEAD" else [made.body]


@lru_cache(maxsize=64)
def _status(status: int) -> str:
    return f"{status} {HTTP_STATUS_CODES.get(status, 'UNKNOWN').upper()}"


def _direct(environ: "WSGIEnvironment") -> bool:
    path = environ.get("PATH_INFO", "")
    if not path.startswith(f"{PREFIX}/") or path.startswith(READ_BY_PEOPLE):
        return False
    return "HTTP_AUTHORIZATION" in environ or "HTTP_COOKIE" not in environ


def directly(pages: "WSGIApplication", deps: Deps, config: Config, headers: Mapping[str, str]) -> Direct:
    """The doors around the pages' application; `config` is the pages' own."""
    bearers = replace(deps, signed_in=lambda: None, csrf_ok=lambda: False)  # no cookie comes this way
    return Direct(pages, doors(bearers, config), bearers, headers, partial(has_it_already, deps))


class NoSession(SessionInterface):
    """Nobody who comes this way has a session: none is opened, none is kept."""

    def open_session(self, app: Flask, request: Request) -> NullSession:
        """Nothing to read."""
        return NullSession()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Nothing to write."""


def doors(deps: Deps, config: Config) -> Flask:
    """The bare app; its configuration is that of the pages' app, now and later."""
    app = Flask("doors", static_folder=None)
    app.session_interface = NoSession()
    app.config = config
    register(app, deps)
    app.register_error_handler(HTTPException, lambda failure: _no(failure, request))
    return app


def _no(failure: HTTPException, asked: Request) -> Response:
    """What the framework itself refuses (a method that no door knows), in the API's own shape."""
    status = 503 if (failure.code or 500) >= 500 else failure.code or 400
    code = {404: Reason.NOT_FOUND, 503: Reason.BUSY}.get(status, Reason.INVALID)
    more: dict[str, Any] = {"field": "method"} if status == 405 else {}
    body = body_of(problem(code, status=status, **more), Voice(language_of(asked, None), ZoneInfo("UTC")))
    response = Response(encoded(body), status, mimetype=TYPE)
    response.headers["Cache-Control"] = "private, no-store"
    if status == 405:
        response.headers["Allow"] = allow_of(asked.path)
    return response
