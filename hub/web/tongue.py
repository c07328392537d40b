"""In which language does this request answer? The link just followed, else the cookie, the person, the browser.

`?lang=nl` on any page shows that page in Dutch and remembers it; the FR NL EN links are made of it.
"""

from collections.abc import Callable
from typing import NamedTuple, cast
from urllib.parse import urlencode

from flask import Flask, Response, g, request
from flask_login import current_user
from jinja2 import pass_context
from jinja2.runtime import Context

from hub.words.catalogs import catalog, one_stop
from hub.words.languages import LANGUAGES, OWN_NAMES, best_language

COOKIE = "lang"
YEAR_S = 365 * 24 * 3600


class LanguageLink(NamedTuple):
    """One of the three links in the header."""

    code: str
    name: str
    href: str


def choose_language() -> str:
    """The language of the running request."""
    for wanted in (request.args.get("lang"), request.cookies.get(COOKIE)):
        if wanted in LANGUAGES:
            return wanted
    if current_user and current_user.is_authenticated and current_user.person.lang in LANGUAGES:
        return str(current_user.person.lang)
    return best_language((tag, quality) for tag, quality in request.accept_languages)


def language_links() -> list[LanguageLink]:
    """The same page in the three languages."""
    kept = [(name, value) for name, value in request.args.items(multi=True) if name != "lang"]
    return [
        LanguageLink(code, OWN_NAMES[code], f"{request.path}?{urlencode([*kept, ('lang', code)])}")
        for code in LANGUAGES
    ]


def speak(app: Flask) -> None:
    """Have every request know its language, every template its catalog, every answer its label."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda sentence: catalog(g.lang).gettext(sentence),
        lambda one, many, count: catalog(g.lang).ngettext(one, many, count),
        newstyle=True,
    )
    for name in ("gettext", "ngettext"):
        app.jinja_env.globals[name] = _tidied(cast("Callable[..., str]", app.jinja_env.globals[name]))

    @app.before_request
    def listen() -> None:
        g.lang = choose_language()

    @app.after_request
    def label(response: Response) -> Response:
        if "lang" not in g or request.endpoint == "static":
            return response
        response.headers.setdefault("Content-Language", g.lang)
        response.vary.update(("Accept-Language", "Cookie"))
        if request.args.get("lang") in LANGUAGES:
            response.set_cookie(
                COOKIE, g.lang, max_age=YEAR_S, httponly=True, samesite="Lax", secure=request.is_secure
            )
        return response


def _tidied(say: Callable[..., str]) -> Callable[..., str]:
    """A template's sentence, its places filled, with one full stop at its end."""

    @pass_context
    def said(context: Context, *words: object, **places: object) -> str:
        return one_stop(say(context, *words, **places))

    return said
