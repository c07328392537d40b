"""How does somebody choose his password? The link of a mail opens the form; only its button changes anything.

Whoever is in by it has accepted the house rules. A link that is forged, over or used says so, and where to go.
"""

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask_security import login_user
from flask_security.utils import hash_password
from werkzeug.wrappers import Response

from hub.ports import Account, Tx
from hub.services import facts, inviting
from hub.services.inviting import Invitations, good_enough
from hub.web.accounts import User
from hub.web.house import house, now, voice
from hub.web.signing import AT_ONCE, remember_device
from hub.words.catalogs import mark

GONE = 410


def pages(invitations: Invitations) -> Blueprint:
    """The blueprint; `invitations` reads the links."""
    blueprint = Blueprint("welcome", __name__)

    @blueprint.get("/welcome/<key>")
    def ask(key: str) -> str | tuple[str, int]:
        """Choose a password."""
        found = house().store.read(lambda tx: invitations.account_of(tx, key))
        return _form(found) if found else _gone()

    @blueprint.post("/welcome/<key>")
    def choose(key: str) -> Response | tuple[str, int]:
        """This one."""
        at, password = now(), request.form.get("password", "")
        found = house().store.read(lambda tx: invitations.account_of(tx, key))
        if found is None:
            return _gone()
        if error := _against(found, password):
            return _form(found, error), 422
        with AT_ONCE:
            kept = hash_password(password)
        made = house().store.write(
            lambda tx: inviting.accept(tx, invitations, key, kept, charter=True, now=at)
        )
        return _in(made) if made else _gone()

    return blueprint


def _in(account: Account) -> Response:
    session.clear()
    user = User(account)
    login_user(user, remember=False)
    session.permanent = True
    answer = redirect(url_for("board.board"), 303)
    remember_device(answer, user)
    return answer


def _against(account: Account, password: str) -> str:
    """What is missing, in words; empty: nothing."""
    if not good_enough(password, account.person):
        return mark("That is too easy to guess: ten characters at least, not the same ones over and over, and not your name.")  # fmt: skip
    if password != request.form.get("again", ""):
        return mark("The two are not the same.")
    asked = request.form.get("charter") == "yes" or not _asks_for_charter(account)
    return "" if asked else mark("Accept the house rules to use the machines.")


def _asks_for_charter(account: Account) -> bool:
    def read(tx: Tx) -> bool:
        return facts.charter_of(tx, account.person.lab) > account.person.charter

    return house().store.read(read)


def _form(account: Account, error: str = "") -> str:
    said = voice().text(error, name=account.person.name) if error else ""
    return render_template("welcome.html", person=account.person, error=said, charter=_asks_for_charter(account))  # fmt: skip


def _gone() -> tuple[str, int]:
    return render_template("welcome.html", person=None), GONE
