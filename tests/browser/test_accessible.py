"""Every page can be read and used by everybody: what axe finds serious, and what a phone of 320 px would have to scroll sideways."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.rulebook import Level
from core.vocabulary import LockKind
from hub.ports import Incident, IncidentKind, Lock, Report, Resource, Severity
from hub.services import ruling, series, teaching
from hub.services.ruling import RulesAt
from hub.services.series import SeriesWish
from hub.services.teaching import Plan
from hub.services.training import Place, enrol
from tests.cast import ADC, NOW
from tests.hub.pictures import picture
from tests.hub.web.test_pages import TEN, reserved, with_node

GRAVE = ("serious", "critical")
PUBLIC = ("/", "/sign-in", "/machines/LAS-1", "/nowhere")
MEMBERS = (
    "/week", "/week?family=solder", "/mine", "/machines/LAS-1/book", "/machines/LAS-1/book?day=2026-11-25",
    "/machines/LAS-1/report", "/mine/calendar", "/reservations/{mine}", "/reservations/{mine}/cancel", "/reservations/{mine}/late",
    "/reservations/{mine}/shorten", "/reservations/{mine}/move",
)  # fmt: skip
STAFFS = (
    "/staff", "/staff/certify", "/staff/series", "/reservations/{weekly}/series", "/staff/groups", "/staff/badges",
    "/staff/machines/LAS-1/lock", "/staff/machines/LAS-1/out", "/staff/machines/LAS-1/back", "/staff/closures",
    "/staff/rules/lab/adc", "/staff/rules/family/laser", "/staff/rules/machine/LAS-1", "/staff/warnings",
    "/staff/locks/{lock}/lift", "/staff/readers", "/staff/courses", "/staff/courses/LAS1/checklist",
    "/staff/members?member={bram}", "/staff/members/new", "/staff/upkeep/resources/new", "/staff/upkeep/resources/{air}", "/mine/badges", "/mine/presence", "/mine/name",
    "/staff/upkeep", "/staff/upkeep/reports/{report}/false-alarm", "/staff/upkeep/resources/{fan}/down",
    "/staff/incidents", "/staff/trainings",
)  # fmt: skip


def told_and_taught(store, cast, report):
    """A photo, a near miss that is open and one that is closed, a training with one of its places given."""
    miss = Incident(
        "miss-1", ADC, IncidentKind.NEAR_MISS, "LAS-1", NOW, "a sleeve", cast.dora, NOW, (cast.bram,)
    )
    done = replace(miss, id="miss-2", done="a guard", closed=NOW, closed_by=cast.dora)
    max_ = store.read(lambda tx: tx.people.get(cast.max))
    class_ = Plan("GEN", ("SOL-1",), TEN + timedelta(days=3), TEN + timedelta(days=3, hours=1), cast.max, 2)
    made = teaching.plan(store, max_, class_, NOW)
    store.write(
        lambda tx: (
            tx.reports.save(replace(report, photo=True)),
            tx.reports.keep_picture(report, picture(size=(1600, 1200))),
            tx.incidents.save(miss),
            tx.incidents.save(done),
            enrol(tx, max_, Place(made.id, cast.nils, "GEN"), NOW),
        )
    )


@pytest.fixture
def paths(store, cast):
    """The names in the paths: a booking of Bram's, a weekly class, a lock."""
    with_node(store)
    mine = reserved(store, cast.bram, TEN + timedelta(days=1))
    reserved(store, cast.amelie, TEN, machine="LAS-2")
    lock = Lock("lock-1", ADC, "LAS-2", LockKind.LOCKOUT, cast.dora, cast.dora, "belt", NOW)
    report = Report("report-1", ADC, "LAS-1", cast.bram, Severity.OUT_OF_ORDER, "the belt is torn", NOW)
    fan = Resource("fan-1", ADC, "extraction", ("LAS-2",), NOW, None, "the fan")
    air = Resource("air-1", ADC, "compressor", ("SOL-1",))
    rules = {"upkeep_h": 50, "upkeep_d": 10}
    store.write(
        lambda tx: (
            tx.locks.save(lock),
            tx.reports.save(report),
            tx.resources.save(fan),
            tx.resources.save(air),
        )
    )
    told_and_taught(store, cast, report)
    where, why = RulesAt(ADC, Level.MACHINE, "SOL-1"), ("upkeep", NOW)
    store.write(lambda tx: ruling.save(tx, tx.people.get(cast.max), where, rules, why))
    wish = SeriesWish(
        "LAS-1",
        cast.dora,
        "FREQ=WEEKLY;COUNT=2",
        TEN + timedelta(days=2),
        TEN + timedelta(days=2, hours=1),
        cast.dora,
    )
    weekly = store.write(lambda tx: series.book(tx, wish, NOW)).occurrences[0].reservation
    return {
        "bram": cast.bram,
        "mine": mine.id,
        "weekly": weekly.id,
        "lock": lock.id,
        "report": report.id,
        "fan": fan.id,
        "air": air.id,
    }


def graves(page, axe):
    """What axe finds, of the two gravest kinds: rule, and where."""
    page.evaluate(axe)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']}).then(r => r.violations)")
    return [
        f"{page.url}: {one['id']}: {one['nodes'][0]['target']} {one['nodes'][0]['html'][:160]}"
        for one in found
        if one["impact"] in GRAVE
    ]


WHO = [(None, PUBLIC), ("bram", PUBLIC + MEMBERS), ("max", STAFFS)]
NAMED = ["stranger", "member", "staff"]


@pytest.mark.parametrize(("lang", "width"), [("fr", 320), ("nl", 320), ("en", 320), ("en", 1280)])
@pytest.mark.parametrize(("name", "of"), WHO, ids=NAMED)
def test_everybody_can_read_every_page_and_nobody_scrolls_sideways(opens, axe, paths, name, of, lang, width):
    page = opens("/", name, lang=lang, width=width)
    found, wide = [], []
    for path in of:
        page.goto(path.format(**paths))
        found += graves(page, axe)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wide.append(path)
    assert found == []
    assert wide == []
