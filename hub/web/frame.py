"""What stands around every page? Navigation, languages, the versioned addresses of our own files, live answers."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from flask import Flask, Response, make_response, request, url_for

from hub.web.guard import csp_nonce
from hub.web.house import house, is_crew, me, now, voice
from hub.web.tongue import language_links
from hub.words.catalogs import mark

STATIC = Path(__file__).parent / "static"
YEAR_S = 365 * 24 * 3600  # a versioned address never changes its content


class NavItem(NamedTuple):
    """One link of the header."""

    text: str
    href: str
    current: bool
    waits: str = ""


@cache
def version_of(name: str) -> str:
    """A short digest of a static file; "0" while it is not built."""
    path = STATIC / name
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10] if path.is_file() else "0"


def asset(name: str) -> str:
    """The address of a static file, with its version."""
    return url_for("static", filename=name, v=version_of(name))


def navigation() -> list[NavItem]:
    """The links that this reader may follow."""
    wanted = [("board.board", mark("Machines"))]
    if me() is not None:
        wanted += [("week.week", mark("Book")), ("mine.mine", mark("My bookings"))]
    if is_crew(me()):
        wanted += [("staff.now_page", mark("Now")), ("staff.certify", mark("Certify"))]
    items = [
        NavItem(voice().text(text), url_for(endpoint), request.endpoint == endpoint, _waits(endpoint))
        for endpoint, text in wanted
    ]
    if house().demo:
        items.append(NavItem(voice().text(mark("Test bench")), "/bench", request.path == "/bench"))
    return items if len(items) > 1 else []


def _waits(endpoint: str) -> str:
    """How many reports of members wait for the staff, beside the way to them; nothing for everybody else."""
    person, lab = me(), house().lab.id
    if endpoint != "staff.now_page" or person is None or not person.is_staff(lab):
        return ""
    return str(house().store.read(lambda tx: tx.reports.waiting(lab)) or "")


class Reader(NamedTuple):
    """The signed-in person as the header shows him to himself."""

    first: str
    name: str


def reader() -> Reader | None:
    """Who reads the page."""
    person = me()
    return Reader(person.short or person.name.split()[0], person.name) if person else None


def context() -> dict[str, Any]:
    """What every template may use."""
    return {
        "csp_nonce": csp_nonce(),
        "here": request.full_path.rstrip("?"),
        "lab_name": house().lab.name,
        "lang": voice().lang,
        "langs": language_links(),
        "me": reader(),
        "moment": now(),
        "nav": navigation(),
        "demo": house().demo,
        "voice": voice(),
    }


def live(html: str | bytes, etag: str | None = None) -> Response:
    """An answer that is polled: 304 while its words stay the same; `etag` where it is known already."""
    response = make_response(html)
    response.headers["Cache-Control"] = "private, no-cache"
    response.add_etag() if etag is None else response.set_etag(etag)
    response.make_conditional(request)
    return response


def frame(app: Flask) -> None:
    """Give the templates their surroundings and our own files a long life."""
    app.context_processor(context)
    app.jinja_env.globals["asset"] = asset
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True

    @app.after_request
    def keep(response: Response) -> Response:
        if request.endpoint == "static":
            versioned = request.args.get("v") not in (None, "0")
            response.headers["Cache-Control"] = (
                f"public, max-age={YEAR_S}, immutable" if versioned else "public, max-age=3600"
            )
        elif "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "private, no-store"
        return response
