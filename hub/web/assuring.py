"""Is it you? My badges and my PIN, that I am in the workshop, and what was done in my name at machines (R28, R29, R57).

What makes a badge believed again, or a signature final, asks for the password anew; what only takes away does not.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_limiter import Limiter
from werkzeug.wrappers import Response

from core.vocabulary import BadgeState
from hub.ports import Badge, BadgeVault, Person, Session, Tx
from hub.services import pins, presence, resting, signatures, supervised
from hub.services.refused import Refused
from hub.services.signatures import Signature
from hub.web import freshly
from hub.web.house import house, is_crew, me, now, voice
from hub.web.signing import somebody, to_sign_in
from hub.web.typed import number
from hub.words.catalogs import mark

Done = Response | tuple[str, int]
Shown = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class InMyName:
    """What a trainer or supervisor is shown: names by id beside them."""

    sessions: list[Session]
    signed: list[Signature]
    names: Mapping[str, str]


def pages(limiter: Limiter, vault: BadgeVault) -> Blueprint:
    """The blueprint; `vault` keys the PINs."""
    blueprint = Blueprint("assuring", __name__, url_prefix="/mine")
    blueprint.before_request(_members_only)
    blueprint.get("/badges")(badges)
    blueprint.post("/badges/<key>/revive")(freshly.limited(limiter, revive))

    def pin() -> Done:
        """Set the PIN, or with an empty one have none any more."""
        return _pin(vault)

    blueprint.post("/pin")(freshly.limited(limiter, pin))
    blueprint.get("/presence")(here)
    blueprint.post("/presence")(freshly.limited(limiter, confirm_presence))
    blueprint.post("/presence/leave")(leave)
    blueprint.get("/name")(in_my_name)
    blueprint.post("/name/confirm")(freshly.limited(limiter, confirm))
    blueprint.get("/name/signed/<key>/disown")(ask_disown)
    blueprint.post("/name/signed/<key>/disown")(disown)
    blueprint.get("/name/sessions/<key>/not-me")(ask_not_me)
    blueprint.post("/name/sessions/<key>/not-me")(not_me)
    return blueprint


def _members_only() -> Response | None:
    """A stranger signs in first and comes back."""
    return None if me() else to_sign_in()


# -- badges and PIN


def badges(error: str = "") -> str:
    """My badges, which of them rest, and whether I have a PIN."""
    person = somebody()

    def read(tx: Tx) -> tuple[list[Badge], bool]:
        mine = [one for one in tx.badges.of(person.id) if one.state is not BadgeState.RETURNED]
        return mine, tx.assurance.pin(person.id) is not None

    mine, has_pin = house().store.read(read)
    return render_template("badges.html", badges=mine, has_pin=has_pin, error=error)


def revive(key: str) -> Done:
    """It was me: the badge is believed again."""
    person, at = somebody(), now()
    if not freshly.retyped():
        return badges(freshly.not_right()), freshly.WRONG
    woken = house().store.write(lambda tx: resting.revive(tx, person, key, at))
    return _done(not isinstance(woken, Refused), mark("Your badge is believed again."), "badges")


def _pin(vault: BadgeVault) -> Done:
    person, at, digits = somebody(), now(), request.form.get("pin", "")
    if not freshly.retyped():
        return badges(freshly.not_right()), freshly.WRONG
    if not digits:
        house().store.write(lambda tx: pins.drop_pin(tx, person, at))
        return _done(True, mark("You have no PIN any more."), "badges")  # noqa: FBT003 -- it is done
    kept = pins.sealed(vault, person.id, digits)
    if isinstance(kept, Refused):
        return badges(voice().text(mark("A PIN has four to eight digits: no row, not all the same."))), 422
    house().store.write(lambda tx: pins.set_pin(tx, person, kept, at))
    return _done(True, mark("Your PIN is set."), "badges")  # noqa: FBT003 -- it is done


# -- presence


def here(error: str = "") -> str:
    """Whether the workshop knows that I am there."""
    person = _crew()
    until = house().store.read(lambda tx: presence.present_until(tx, person.id, now()))
    return render_template("presence.html", until=until, moment=now(), error=error)


def confirm_presence() -> Done:
    """I am in the workshop."""
    person, at, lab = _crew(), now(), house().lab.id
    if not freshly.retyped():
        return here(freshly.not_right()), freshly.WRONG
    house().store.write(lambda tx: presence.confirm(tx, person, lab, at))
    return _done(True, mark("Noted: you are in the workshop."), "here")  # noqa: FBT003 -- it is done


def leave() -> Response:
    """I go."""
    person, at, lab = _crew(), now(), house().lab.id
    house().store.write(lambda tx: presence.leave(tx, person, lab, at))
    return _done(True, mark("Noted: you have left."), "here")  # noqa: FBT003 -- it is done


# -- in my name


def in_my_name(error: str = "") -> str:
    """What machines wrote down in my name in the last 30 days."""
    person, at = somebody(), now()
    shown = house().store.read(lambda tx: _in_my_name(tx, person))
    return render_template("name.html", shown=shown, moment=at, error=error)


def _in_my_name(tx: Tx, person: Person) -> InMyName:
    sessions, signed = supervised.of(tx, person, now()), signatures.of(tx, person, now())
    people = {one.person for one in sessions} | {one.member for one in signed}
    return InMyName(sessions, signed, dict(tx.people.names(sorted(people))))


def confirm() -> Done:
    """These signatures are mine."""
    person, at = somebody(), now()
    wanted = [key for one in request.form.getlist("signed") if (key := number(one)) is not None]
    if not freshly.retyped():
        return in_my_name(freshly.not_right()), freshly.WRONG
    count = house().store.write(lambda tx: signatures.confirm(tx, person, wanted, at))
    said = voice().text(mark("Confirmed: %(count)s."), count=count)
    flash(said, "free")
    return redirect(url_for("assuring.in_my_name"), 303)


def ask_disown(key: str) -> str:
    """Was it not me?"""
    person = somebody()
    shown = house().store.read(lambda tx: _in_my_name(tx, person))
    found = next((one for one in shown.signed if str(one.id) == key and not one.disowned), None) or abort(404)
    what = f"{found.course}, {shown.names.get(found.member, '')}, {voice().date(found.at)}"
    return render_template("not_me.html", what=what, session=None)


def disown(key: str) -> Response:
    """It was not me: the certificate is suspended, staff are called."""
    person, at = somebody(), now()
    signed = number(key)
    if signed is None:
        abort(404)
    answer = house().store.write(lambda tx: signatures.disown(tx, person, signed, at))
    ok = not isinstance(answer, Refused)
    return _done(ok, mark("The certificate is suspended, and the staff know."), "in_my_name")


def ask_not_me(key: str) -> str:
    """Did I not stand there?"""
    person = somebody()
    shown = house().store.read(lambda tx: _in_my_name(tx, person))
    found = next((one for one in shown.sessions if one.id == key), None) or abort(404)
    what = f"{found.machine}, {shown.names.get(found.person, '')}, {voice().date(found.start)}"
    return render_template("not_me.html", what=what, session=found)


def not_me(key: str) -> Response:
    """I did not: the session ends softly, my badges rest, staff are called."""
    person, at = somebody(), now()
    answer = house().store.write(lambda tx: supervised.not_me(tx, person, key, at))
    said = mark("The machine is asked to stop, your badges rest, and the staff know.")
    return _done(not isinstance(answer, Refused), said, "in_my_name")


def _done(ok: bool, said: str, page: str) -> Response:
    """Back to the page with a word; 404 for what is not one's own."""
    if not ok:
        abort(404)
    flash(voice().text(said), "free")
    return redirect(url_for(f"assuring.{page}"), 303)


def _crew() -> Person:
    """A trainer, one of the staff, or a guest's host; others have nobody to answer for."""
    person = somebody()
    hosts = is_crew(person) or house().store.read(lambda tx: tx.people.hosting([person.id]))
    return person if hosts else abort(403)
