"""Which calendar programs may read my bookings? Secret links: made, shown once, taken back."""

from flask import Blueprint, abort, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from hub.ports import FeedSubject
from hub.services.feeding import make_feed, revoke_feed
from hub.services.refused import Refused
from hub.web.house import house, me, now, voice
from hub.web.signing import somebody, to_sign_in
from hub.words.catalogs import mark

blueprint = Blueprint("calendars", __name__, url_prefix="/mine/calendar")


@blueprint.before_request
def members_only() -> Response | None:
    """A stranger signs in first and comes back."""
    return None if me() else to_sign_in()


@blueprint.get("")
def links() -> str:
    """My links; what they open is not kept."""
    return _page("")


@blueprint.post("")
def make() -> Response:
    """A new link, shown this once."""
    details = request.form.get("shows") == "details"
    owner, at = somebody(), now()
    made = house().store.write(lambda tx: make_feed(tx, owner, FeedSubject.PERSON, None, at, details=details))
    if isinstance(made, Refused):
        flash(voice().text(mark("You have enough calendar links. Take one back first.")))
        return redirect(url_for("calendars.links"), 303)
    shown = make_response(_page(f"{house().public_url}/calendar/{made[1]}.ics"))
    shown.headers["Cache-Control"] = "no-store"
    return shown


@blueprint.post("/<key>/revoke")
def revoke(key: str) -> Response:
    """Take a link back."""
    owner, at = somebody(), now()
    if isinstance(house().store.write(lambda tx: revoke_feed(tx, owner, key, at)), Refused):
        abort(404)
    return redirect(url_for("calendars.links"), 303)


def _page(fresh: str) -> str:
    owner = somebody()
    kept = house().store.read(lambda tx: tx.feeds.of(owner.id))
    return render_template("calendars.html", links=kept, fresh=fresh)
