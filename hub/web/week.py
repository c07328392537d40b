"""When is which machine free this week? A grid from 800 px on; below it the way to each machine's day list."""

from datetime import timedelta

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from core.timeline import at_local
from core.vocabulary import MachineStatus
from hub.web.house import house, me, now, voice
from hub.web.lanes import Scene, grid_of
from hub.web.reading import Place, workshop
from hub.web.signing import somebody, to_sign_in
from hub.web.slots import lengths, usual_length
from hub.web.typed import day_in

blueprint = Blueprint("week", __name__)
MOST_LANES = 4  # machines a day: more, and a lane is narrower than its icon


@blueprint.before_request
def members_only() -> Response | None:
    """A stranger signs in first and comes back."""
    return None if me() else to_sign_in()


@blueprint.get("/week")
def week() -> str:
    """The week of one family."""
    zone, speech, lab = house().lab.zone, voice(), house().lab.id
    wanted = day_in(request.args.get("day", ""))
    monday = wanted - timedelta(days=wanted.weekday())
    start = at_local(monday, 0, zone)
    places = house().store.read(lambda tx: list(workshop(tx, lab, start).places.values()))
    standing = [one for one in places if one.machine.status is not MachineStatus.DECOMMISSIONED]
    families = {
        one.machine.family: one.machine.family_names.get(speech.lang, one.machine.family) for one in standing
    }
    family = _family(families)
    shown = [one for one in standing if one.machine.family == family][:MOST_LANES]
    days = tuple(monday + timedelta(days=n) for n in range(7))
    return render_template(
        "week.html",
        grid=grid_of(shown, Scene(days, zone, now(), somebody().id, speech)),
        places=shown,
        families=families,
        family=family,
        monday=monday,
        title=speech.long_day(start).split(" ", 1)[1],  # the Monday without its weekday
        before=_link(monday - timedelta(days=7), family),
        after=_link(monday + timedelta(days=7), family),
        lengths=_lengths(shown),
        usual=usual_length(shown[0].policy) if shown else 60,
    )


def _family(families: dict[str, str]) -> str:
    """The wanted family; else the laser, which most people look for; else the first."""
    wanted = request.args.get("family", "")
    return next((one for one in (wanted, "laser", *families) if one in families), "")


def _lengths(places: list[Place]) -> list[int]:
    return lengths(places[0].policy) if places else []


def _link(day: object, family: str) -> str:
    return url_for("week.week", day=str(day), family=family)
