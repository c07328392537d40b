"""A storm of badges costs the journal nothing, and keeps nobody from ending."""

from hypothesis import given
from hypothesis import strategies as st

from node.doorman.flood import BURST, REFILL_MS, Bucket


def test_a_class_that_tries_its_badges_is_served_to_the_last(machine) -> None:
    assert "BUSY" not in {machine.tap("chloe").reason for _ in range(BURST)}


def test_a_flood_is_passed_over_and_journalled_once(machine) -> None:
    taps = [machine.tap("chloe") for _ in range(BURST + 5)]
    assert [tap.reason for tap in taps[BURST:]] == ["BUSY"] * 5
    assert machine.doorman.seen.screen == "NOT_READY"
    reasons = [tap["data"]["reasons"] for tap in machine.records("tap")]
    assert reasons.count(["BUSY"]) == 1
    assert len(reasons) == BURST + 1


def test_after_a_second_the_next_tap_is_looked_at_again(machine) -> None:
    for _ in range(BURST + 1):
        machine.tap("chloe")
    machine.pass_s(REFILL_MS / 1000)
    assert machine.tap("chloe").reason == "MEMBER_EXPIRED"


def test_whoever_runs_the_machine_ends_it_in_the_middle_of_a_flood(machine) -> None:
    machine.tap("amelie")
    for _ in range(BURST + 3):
        machine.tap("chloe")
    ended = machine.tap("amelie")
    assert (ended.allowed, ended.action) == (True, "end")


def test_what_is_granted_costs_nothing(machine) -> None:
    actions = [machine.tap("amelie").allowed for _ in range(3 * BURST)]
    assert all(actions)


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=200))
def test_never_more_than_the_burst_and_one_a_second(gaps_ms: list[int]) -> None:
    bucket, now_ms, taken = Bucket(), 0, 0
    for gap_ms in gaps_ms:
        now_ms += gap_ms
        taken += bucket.take(now_ms)
    assert taken <= BURST + now_ms // REFILL_MS


def test_a_second_flood_is_journalled_again() -> None:
    bucket = Bucket(burst=1)
    assert bucket.take(0)
    assert [bucket.take(1), bucket.first_over(), bucket.take(2), bucket.first_over()] == [
        False,
        True,
        False,
        False,
    ]
    assert bucket.take(1_001)
    assert not bucket.take(1_002)
    assert bucket.first_over()
