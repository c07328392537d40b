"""When is which machine free this week? A grid from 800 px on; below it, the starts of one day on any machine of the family."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from core.booking import Wanted
from core.timeline import at_local
from core.vocabulary import MachineStatus
from hub.ports import Tx
from hub.services import facts
from hub.web.again import Again, again_of
from hub.web.family_days import FamilyDay, Looker, family_day, lanes_of
from hub.web.house import house, me, now, voice
from hub.web.lanes import Lane, Scene, grid_of
from hub.web.reading import Place, workshop
from hub.web.shares import Share, share_of
from hub.web.signing import somebody, to_sign_in
from hub.web.slots import lengths, usual_length
from hub.web.typed import day_in
from hub.web.whys import whys

blueprint = Blueprint("week", __name__)
MOST_LANES = (
    4  # machines a day: more, and a lane is narrower than its icon; the others stand on the next page
)


@dataclass(frozen=True, slots=True)
class Read:
    """All that the page shows, as read in one transaction."""

    places: tuple[Place, ...]
    lanes: tuple[Lane, ...]
    looker: Looker
    again: Again | None


@blueprint.before_request
def members_only() -> Response | None:
    """A stranger signs in first and comes back."""
    return None if me() else to_sign_in()


@blueprint.get("/week")
def week() -> str:
    """The week of one family."""
    zone, speech = house().lab.zone, voice()
    wanted = day_in(request.args.get("day", ""))
    monday = wanted - timedelta(days=wanted.weekday())
    start = at_local(monday, 0, zone)
    read = house().store.read(lambda tx: _read(tx, start))
    families = {
        one.machine.family: one.machine.family_names.get(speech.lang, one.machine.family)
        for one in read.places
    }
    family = _family(families)
    lanes = [one for one in read.lanes if one.place.machine.family == family]
    page = _page(len(lanes))
    shown = lanes[page * MOST_LANES : (page + 1) * MOST_LANES]
    days = tuple(monday + timedelta(days=n) for n in range(7))
    scene = Scene(days, zone, now(), somebody().id, read.looker.roles, speech)
    return render_template(
        "week.html",
        grid=grid_of(shown, scene),
        lanes=lanes,
        pages=_pages(lanes, monday, family),
        page=page,
        families=families,
        family=family,
        monday=monday,
        title=speech.long_day(start).split(" ", 1)[1],  # the Monday without its weekday
        before=_link(monday - timedelta(days=7), family),
        after=_link(monday + timedelta(days=7), family),
        share=_share(shown, read.looker, start),
        usual=usual_length(shown[0].rules.policy) if shown else 60,
        day=_day(lanes, read.looker, max(wanted, speech.local_date(now()))),
        again=read.again,
        reader_id=somebody().id,
        span=speech.span,
        whys=whys,
    )


def _read(tx: Tx, start: datetime) -> Read:
    """Three questions about reservations: the week's, the reader's, and the last one of his."""
    person, lab = somebody(), house().lab.id
    shop = workshop(tx, lab, start)
    standing = tuple(
        one for one in shop.places.values() if one.machine.status is not MachineStatus.DECOMMISSIONED
    )
    roles = facts.roles_of(person, lab)
    looker = Looker(person, roles, now())
    return Read(standing, lanes_of(tx, standing, looker, start), looker, again_of(tx, person, now()))


def _family(families: dict[str, str]) -> str:
    """The wanted family; else the laser, which most people look for; else the first."""
    wanted = request.args.get("family", "")
    return next((one for one in (wanted, "laser", *families) if one in families), "")


def _page(count: int) -> int:
    """Which handful of the family's machines, from 0."""
    wanted = request.args.get("page", default=0, type=int)
    return wanted if 0 <= wanted * MOST_LANES < count else 0


def _pages(lanes: list[Lane], monday: date, family: str) -> list[tuple[str, str]]:
    """Each handful as "LAS-1–LAS-4" with its address; none where one page holds them all."""
    if len(lanes) <= MOST_LANES:
        return []
    parts = [lanes[at : at + MOST_LANES] for at in range(0, len(lanes), MOST_LANES)]
    names = [part[0].id if len(part) == 1 else f"{part[0].id} \u2013 {part[-1].id}" for part in parts]
    return [
        (name, url_for("week.week", day=monday, family=family, page=n or None))
        for n, name in enumerate(names)
    ]


def _share(shown: list[Lane], looker: Looker, start: datetime) -> Share | None:
    """What is used of the reader's share in this week, before anything is chosen."""
    if not shown:
        return None
    at = max(start, looker.now) + timedelta(days=1)  # not today: what is booked today counts for no share
    wanted = Wanted(at, at + timedelta(minutes=30), roles=looker.roles, who=looker.person.id)
    return share_of(shown[0].place.machine, wanted, shown[0].rules, voice(), chosen=False)


def _day(lanes: list[Lane], looker: Looker, wanted: date) -> FamilyDay | None:
    """The starts of the wanted day, for the phone."""
    if not lanes:
        return None
    minutes = request.args.get("minutes", type=int)
    policy = lanes[0].rules.policy
    length = minutes if minutes in lengths(policy) else usual_length(policy)
    return family_day(lanes, looker, wanted, length)


def _link(day: object, family: str) -> str:
    return url_for("week.week", day=str(day), family=family)
