"""What does a watcher read of the hub? Figures alone, in Prometheus' own words; no name and no badge."""

import re
from datetime import timedelta

import pytest

from core.vocabulary import ReservationStatus
from hub.app import create_ops_app
from hub.jobs.timetable import Job, Timetable
from hub.ports import Busy
from hub.services import granting, metering
from hub.services.giving_back import cancel
from hub.services.tally import BOUNDS_S, MOST_KEPT, Tally, Timed
from hub.services.watched import MEDIA_TYPE, Watch
from tests.cast import NOW
from tests.hub.api.conftest import StoppedClock
from tests.hub.services.desk import HOUR, booked, by
from tests.hub.services.floor import NODE, VAULT, Journal

LINE = re.compile(r'[a-z_]+(\{([a-z]+="[^"\n]*",?)+\})? (\+Inf|[0-9.e+-]+)')


def figures(watch: Watch) -> dict[str, float]:
    """Every line of a look, by its name and labels."""
    lines = [line for line in watch.look().splitlines() if not line.startswith("#")]
    assert [line for line in lines if not LINE.fullmatch(line)] == []
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


@pytest.fixture
def watch(both_floor):
    return Watch(both_floor.store, StoppedClock(), tally=Tally())


def test_what_is_booked_and_given_back_is_counted_from_the_first_look_on(both_floor, watch):
    store, amelie = both_floor.store, both_floor.people.amelie
    booked(store, amelie, NOW + HOUR, NOW + 2 * HOUR)
    assert 'loquet_bookings_total{status="made"}' not in figures(watch)
    slot = booked(store, amelie, NOW + 3 * HOUR, NOW + 4 * HOUR)
    assert figures(watch)['loquet_bookings_total{status="made"}'] == 1
    store.write(lambda tx: cancel(tx, slot, by(tx, amelie), NOW))
    seen = figures(watch)
    assert seen['loquet_bookings_total{status="made"}'] == 1  # looked at twice is counted once
    assert [
        value for name, value in seen.items() if name.startswith('loquet_bookings_total{status="cancel')
    ] == [1]
    assert seen['loquet_reservations{status="confirmed"}'] == 1


def test_what_is_not_sent_is_counted_with_the_age_of_the_oldest(both_floor, watch):
    booked(both_floor.store, both_floor.people.amelie, NOW + HOUR, NOW + 2 * HOUR)
    watch.clock.at = NOW + timedelta(seconds=90)
    seen = figures(watch)
    assert (seen['loquet_outbox_waiting{kind="mail"}'], seen['loquet_outbox_lag_seconds{kind="mail"}']) == (
        1,
        90,
    )


def test_a_node_s_view_ages_from_when_it_was_last_heard_with_the_latest(both_floor, watch):
    store = both_floor.store

    def says(rev: int, at) -> None:
        live = {"view": {"rev": rev, "epoch": 1, "store": "s"}}
        store.write(lambda tx: tx.nodes.seen(NODE, at, {"live": live, "online": True}))

    name = f'{{node="{NODE}"}}'
    assert f"loquet_node_view_age_seconds{name}" not in figures(watch)
    store.write(lambda tx: granting.changed(tx, ["LAS-1"], NOW))
    rev = store.read(lambda tx: tx.nodes.get(NODE)).view_rev
    says(rev, NOW)
    watch.clock.at = NOW + timedelta(seconds=30)
    assert figures(watch)[f"loquet_node_view_age_seconds{name}"] == 30
    store.write(lambda tx: granting.changed(tx, ["LAS-1"], NOW + HOUR))
    says(rev, NOW + HOUR)
    watch.clock.at = NOW + HOUR
    seen = figures(watch)
    assert seen[f"loquet_node_view_age_seconds{name}"] == 3600
    assert (seen[f"loquet_node_view_behind{name}"], seen[f"loquet_node_online{name}"]) == (1, 1)


def test_why_a_tap_was_refused_is_counted_by_its_code(both_floor, watch):
    figures(watch)
    journal = Journal().write("tap", NOW, who="x", allowed=False, reasons=["STALE", "CERT_MISSING"])
    journal.write("tap", NOW, who="x", allowed=True, reasons=[])
    both_floor.store.write(lambda tx: metering.take(tx, NODE, journal.batch(), NOW, VAULT))
    seen = {name: value for name, value in figures(watch).items() if "refusals" in name}
    assert seen == {
        f'loquet_refusals_total{{door="node",code="{code}"}}': 1 for code in ("CERT_MISSING", "STALE")
    }


def test_a_write_is_counted_in_its_bucket_and_in_all_above(store):
    tally = Tally()
    for took_s in (0.0005, 0.001, 0.004, 7):
        tally._took.append(int(took_s * 1e9))
    seen = figures(Watch(store, StoppedClock(), tally=tally))
    count = [seen[f'loquet_write_seconds_bucket{{le="{bound}"}}'] for bound in (*BOUNDS_S, "+Inf")]
    assert (count[:3], count[-2:]) == ([2, 2, 3], [3, 4])
    assert (seen["loquet_write_seconds_count"], round(seen["loquet_write_seconds_sum"], 4)) == (4, 7.0055)
    assert figures(Watch(store, StoppedClock(), tally=tally))["loquet_write_seconds_count"] == 4


def test_who_writes_is_under_way_until_it_is_written_whether_or_not_it_succeeds(store):
    tally = Tally()
    timed = Timed(store, tally)
    assert timed.write(lambda _tx: tally.under_way) == 1
    with pytest.raises(ZeroDivisionError):
        timed.write(lambda _tx: 1 // 0)
    assert (tally.under_way, sum(tally.writes().counts)) == (0, 2)


def test_a_hub_that_nobody_watches_keeps_no_more_than_a_megabyte_of_counts():
    tally = Tally()
    for _ in range(MOST_KEPT + 10):
        tally.end(0)
    assert len(tally._took) == MOST_KEPT


def test_a_job_is_behind_from_the_moment_after_its_turn():
    jobs = Timetable([Job("views", lambda _now: 0, timedelta(hours=1))])
    assert jobs.lags(NOW) == {}
    jobs.due(NOW)
    hour = NOW + timedelta(hours=1)
    assert (jobs.lags(hour), jobs.lags(hour + timedelta(seconds=5))) == ({"views": 0}, {"views": 5})


def test_only_the_part_that_does_the_jobs_says_who_leads(store):
    seen = figures(
        Watch(store, StoppedClock(), lags=lambda _now: {"views": 2.5}, leads=lambda: True, tally=Tally())
    )
    assert (seen["loquet_jobs_leader"], seen['loquet_job_lag_seconds{job="views"}']) == (1, 2.5)
    assert not [name for name in figures(Watch(store, StoppedClock(), tally=Tally())) if "job" in name]


def test_the_second_listener_gives_them_and_says_503_while_the_database_does_not_answer(store):
    class Locked:
        def read(self, _fn):
            raise Busy("locked")

    for over, status in ((store, 200), (Locked(), 503)):
        answer = create_ops_app(Watch(over, StoppedClock(), tally=Tally())).test_client().get("/metrics")
        assert answer.status_code == status
    assert create_ops_app(Watch(store, StoppedClock())).test_client().get("/metrics").mimetype == "text/plain"
    assert MEDIA_TYPE.endswith("0.0.4")


def test_nobody_s_name_address_or_id_stands_in_the_figures(both_floor, watch):
    figures(watch)
    booked(both_floor.store, both_floor.people.amelie, NOW + HOUR, NOW + 2 * HOUR)
    text = watch.look()
    people = both_floor.store.read(lambda tx: [tx.people.get(one) for one in both_floor.people.ids.values()])
    assert [one.name for one in people for word in (one.id, one.name, one.email) if word in text] == []
    assert ReservationStatus.CONFIRMED in text
