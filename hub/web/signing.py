"""Who are you? Sign-in and sign-out by Flask-Security, behind a limiter that fails closed.

1. A wrong address and a wrong password read alike and cost the same time.
2. Only failures count; they count for the address (or the known device) that made them, so that nobody can
   lock a member out from afar.
3. After signing in one goes back to where one came from, if that is here.
"""

import secrets
from threading import BoundedSemaphore
from typing import cast
from urllib.parse import urlsplit

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_limiter import Limiter
from flask_security import Security, login_user, logout_user
from flask_security.utils import hash_password, verify_password
from flask_security.utils import verify_and_update_password as check_password
from flask_wtf.csrf import validate_csrf
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response as Answer
from wtforms import ValidationError

from hub.ports import Person
from hub.web.accounts import Accounts, User
from hub.web.house import house, is_crew, me
from hub.words.catalogs import mark

PAIR_LIMIT = (
    "10 per 5 minutes"  # failures for one account from one address: a person mistypes, a script does not stop
)
ADDRESS_LIMIT = "60 per 15 minutes"  # failures from one address over all accounts: a lab shares one address
AT_ONCE = BoundedSemaphore(4)  # argon2 takes 19 MiB each: a Pi has 512
DEVICE = "device"
YEAR_S = 365 * 24 * 3600
LONGEST = 256  # characters of an address or password that are looked at

ARGON2 = {"argon2__memory_cost": 19 * 1024, "argon2__time_cost": 2, "argon2__parallelism": 1}  # OWASP's least


def secure(app: Flask, accounts: Accounts) -> Security:
    """Give the app its Flask-Security: sessions and hashes, our own pages."""
    app.config.update(
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106 -- the name of a hash
        SECURITY_PASSWORD_SINGLE_HASH=["argon2"],
        SECURITY_PASSWORD_SALT=app.secret_key,
        SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS=ARGON2,
        SECURITY_USER_IDENTITY_ATTRIBUTES=[{"email": {"mapper": str, "case_insensitive": True}}],
        SECURITY_SEND_REGISTER_EMAIL=False,
    )
    security = Security(app, accounts, register_blueprint=False)
    security.unauthn_handler(lambda *_, **__: to_sign_in())
    with app.app_context():
        app.extensions["loquet_dummy_hash"] = hash_password(secrets.token_urlsafe())
    return security


def to_sign_in() -> Answer:
    """Send a stranger to the door, and back afterwards."""
    return redirect(url_for("signing.sign_in", next=request.full_path.rstrip("?")), 303)


def somebody() -> Person:
    """The signed-in person; a stranger is sent to the door instead of an answer."""
    person = me()
    if person is None:
        abort(make_response(to_sign_in()))
    return person


def staff_only() -> Answer | None:
    """Before a request to a page of the staff: strangers sign in, everybody else is told that it is not theirs."""
    person = me()
    if person is None:
        return to_sign_in()
    return None if person.is_staff(house().lab.id) else abort(403)


def crew_only() -> Answer | None:
    """Before a request to a page of staff and trainers."""
    person = me()
    if person is None:
        return to_sign_in()
    return None if is_crew(person) else abort(403)


def pages(limiter: Limiter) -> Blueprint:
    """The blueprint of the door."""
    blueprint = Blueprint("signing", __name__)
    blueprint.get("/sign-in")(sign_in)
    by_pair = limiter.limit(PAIR_LIMIT, key_func=pair, deduct_when=failed)
    by_address = limiter.limit(ADDRESS_LIMIT, key_func=address, deduct_when=failed)
    blueprint.post("/sign-in")(by_address(by_pair(attempt)))
    blueprint.post("/sign-out")(sign_out)
    return blueprint


def sign_in() -> Answer | str:
    """The form; who is in already goes on."""
    return redirect(onward(), 303) if me() else form()


def attempt() -> Answer | tuple[str, int]:
    """Try an address and a password."""
    user = known_user(written("email"), written("password"))
    if user is None:
        return form(mark("The e-mail address or the password is not right."), written("email")), 401
    session.clear()
    login_user(user, remember=False)
    session.permanent = True
    answer = redirect(onward(), 303)
    remember_device(answer, user)
    return answer


def sign_out() -> Answer:
    """Leave."""
    logout_user()
    session.clear()
    return redirect(url_for("board.board"), 303)


def signed_in() -> str | None:
    """The id of the page's person, for the API."""
    person = me()
    return person.id if person else None


def csrf_ok() -> bool:
    """Whether the request carries the page's CSRF token in its header."""
    try:
        validate_csrf(request.headers.get("X-CSRFToken"))
    except ValidationError:
        return False
    return True


def form(error: str = "", email: str = "") -> str:
    """The sign-in page, what was typed kept (never the password)."""
    return render_template("sign_in.html", error=error, email=email, next=onward(), signing_in=True)


def written(name: str) -> str:
    """A field as sent, cut to what is looked at."""
    return (
        request.form.get(name, "")[:LONGEST].strip()
        if name == "email"
        else request.form.get(name, "")[:LONGEST]
    )


def known_user(email: str, password: str) -> User | None:
    """The person of this address and password; a stranger costs the same time."""
    user = current_app.extensions["security"].datastore.find_user(email=email)
    with AT_ONCE:
        if user is None or not user.password:
            verify_password(password, current_app.extensions["loquet_dummy_hash"])
            return None
        known = check_password(password, user) and user.active
    current_app.extensions["security"].datastore.commit()  # a hash by old parameters was renewed
    return cast(User, user) if known else None


def onward() -> str:
    """Where to go after signing in: `next` when it is a path of ours, else the board."""
    wanted = request.values.get("next", "")
    return wanted if is_ours(wanted) else url_for("board.board")


def is_ours(target: str) -> bool:
    """Whether a target is a plain path on this site: no host, no backslash, no control character."""
    if not target.startswith("/") or target.startswith("//") or "\\" in target or not target.isprintable():
        return False
    parts = urlsplit(target)
    return not parts.netloc and not parts.scheme


def failed(response: Response) -> bool:
    """Only a failed attempt counts."""
    return response.status_code != 303


def address() -> str:
    """Who tries: the peer, or the client that a trusted proxy names."""
    return request.remote_addr or "nowhere"


def pair() -> str:
    """Who tries which account: a device that was let in before counts by itself."""
    email = written("email").lower()
    return f"{known_device(email) or address()}|{email}"


def known_device(email: str) -> str | None:
    """The id in the device cookie, if it was given for this very account."""
    try:
        owner, device = devices().loads(request.cookies.get(DEVICE, ""))
    except (BadSignature, ValueError, TypeError):
        return None
    return f"device:{device}" if owner == email else None


def remember_device(answer: Answer, user: User) -> None:
    """Let this browser count its own failures from now on (OWASP's device cookie)."""
    token = devices().dumps([user.email.lower(), secrets.token_urlsafe(16)])
    answer.set_cookie(DEVICE, token, max_age=YEAR_S, httponly=True, samesite="Lax", secure=request.is_secure)


def devices() -> URLSafeSerializer:
    """The seal of device cookies."""
    return URLSafeSerializer(str(current_app.secret_key), salt="device")
