"""Is it really the person whose session this is? He types his password again, in the very form that needs it.

A second factor of a weak kind (docs/decisions/0008): it stops whoever finds a page left open, or a copied cookie, not
whoever knows the password. Nothing of it is remembered: the next form asks again. Wrong ones are limited as at the door.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import Blueprint, Response
from flask_limiter import Limiter

from hub.web.house import me, voice
from hub.web.signing import known_user, written
from hub.words.catalogs import mark

LIMIT = "10 per 5 minutes"  # wrong ones of one person, as at the door
WRONG = 401
Route = TypeVar("Route", bound=Callable[..., Any])


def retyped() -> bool:
    """Whether the form carries the signed-in person's own password."""
    person, password = me(), written("password")
    if person is None or not password:
        return False
    user = known_user(person.email, password)
    return user is not None and user.person.id == person.id


def not_right() -> str:
    """What to say when it is not."""
    return voice().text(mark("The password is not right: nothing was changed."))


def limited(limiter: Limiter, route: Route) -> Route:
    """The route, with wrong passwords counted for each person."""
    return cast("Route", limiter.limit(LIMIT, key_func=_person, deduct_when=_failed)(route))


def limited_pages(limiter: Limiter, pages: Blueprint) -> Blueprint:
    """The same for all pages of a blueprint."""
    limiter.limit(LIMIT, key_func=_person, deduct_when=_failed)(pages)  # answers nothing for a blueprint
    return pages


def _person() -> str:
    person = me()
    return f"fresh|{person.id if person else ''}"


def _failed(response: Response) -> bool:
    return response.status_code == WRONG
