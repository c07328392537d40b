"""What does a page say when it cannot be shown? What happened, and the way out, in the reader's language."""

from flask import Flask, Response, g, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from limits.errors import StorageError
from werkzeug.exceptions import HTTPException, InternalServerError

from hub.ports import Busy
from hub.web.tongue import choose_language
from hub.words.catalogs import mark

SAID = {
    400: (mark("This request was not understood."), mark("Go back and try again.")),
    403: (mark("This page is not for you."), mark("You do not have the right to open it.")),
    404: (mark("There is no such page."), mark("It may have been moved, or it is not yours.")),
    405: (mark("This cannot be done here."), mark("Go back and use the button of the page.")),
    413: (mark("That is too large."), mark("Send less and try again.")),
    429: (mark("Too many attempts."), mark("Wait a few minutes and try again.")),
    500: (mark("Something broke on our side."), mark("Nothing was changed. The staff has been told.")),
    503: (mark("The system is busy just now."), mark("Nothing was changed. Try again in a moment.")),
}


def say_error(app: Flask) -> None:
    """Show every failed request as a page of the house, without a detail of the inside."""
    app.register_error_handler(CSRFError, csrf_failed)
    app.register_error_handler(HTTPException, http_failed)
    app.register_error_handler(Busy, busy)
    app.register_error_handler(StorageError, busy)  # no limiter, no sign-in
    app.register_error_handler(InternalServerError, broke)


def page(status: int, headers: dict[str, str] | None = None) -> Response:
    """The error page of a status; an unknown one reads like 400 or 500."""
    if "lang" not in g:  # the request failed before its language was chosen
        g.lang = choose_language()
    known = status if status in SAID else 400 if status < 500 else 500
    title, text = SAID[known]
    response = make_response(render_template("error.html", title=title, text=text, status=status), status)
    response.headers.update(headers or {})
    return response


def csrf_failed(_: CSRFError) -> Response:
    """The form was too old, or came from elsewhere; nothing was changed."""
    g.lang = choose_language()
    title, text = (
        mark("This form is too old."),
        mark("Nothing was changed. Open the page again and repeat it."),
    )
    return make_response(
        render_template("error.html", title=title, text=text, status=400, again=request.referrer is not None),
        400,
    )


def http_failed(problem: HTTPException) -> Response:
    """A refusal that already is one of HTTP."""
    if problem.response is not None and isinstance(problem.response, Response):
        return problem.response
    kept = {name: value for name, value in problem.get_headers() if name in ("Retry-After", "Allow")}
    return page(problem.code or 500, kept)


def busy(_: Exception) -> Response:
    """The database, or the limiter's memory, could not answer in time."""
    return page(503, {"Retry-After": "2"})


def broke(_: InternalServerError) -> Response:
    """A defect: Flask has logged it with its trace."""
    return page(500)
