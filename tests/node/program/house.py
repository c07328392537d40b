"""The house in which a node's programs are tried: one badge, one secret, a view that lets it in."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.calendars import Opening
from core.grants import Grant, MachinePolicy, MachineView
from core.views import view_body
from core.vocabulary import Audience, Risk
from core.wire.freshness import Home
from core.wire.seal import Keys, badge_key
from node.doorman.shelf.sqlite import SqliteShelf
from node.ports import Ages, Kept

HERS = bytes.fromhex("04a1b2c3d4e5f6")
SECRET = bytes(range(32))
WITHIN_S = 10


def open_view(now: datetime) -> MachineView:
    """Amelie may, the house is open around the clock."""
    key = badge_key(Keys.of(SECRET).badge, HERS)
    hours = Opening(now - timedelta(days=1), now + timedelta(days=1), Audience.MEMBERS)
    machine = MachinePolicy(
        id="LAS-1", lab="adc", name="Laser", family="laser", risk=Risk.LOW, age_limit_h=168, sensor="none"
    )
    return MachineView(
        epoch=1_700_000_000,
        store="s1",
        rev=1,
        issued=now,
        machine=machine,
        grants={key: Grant(key, "amelie", "Amelie", "fr", None)},
        refusals={},
        bookings=(),
        openings=(hours,),
    )


def put_on_shelf(file: Path) -> None:
    """What a hub said before."""
    now = datetime.now(UTC)  # noqa: TID251  the program runs on the machine's clock
    view = open_view(now)
    home = Home(view.epoch, view.store)
    nothing = {"v": 1, "epoch": home.epoch, "store": home.store, "rev": 1, "locks": [], "lifted": []}
    shelf = SqliteShelf(file)
    shelf.keep_view(Kept(home, 1, view_body(view)), Ages(fresh_at=now, floor=now))
    shelf.keep_locks(Kept(home, 1, nothing))
    shelf.close()
