"""Random days at one machine, from a seed. LOQUET_STEPS sets how many steps (promises.md: a million per release)."""

import os

import pytest

from core.interlock import Lift, StopNow
from core.vocabulary import Inhibit, StopReason
from tests.faults.simulation import World

STEPS = int(os.environ.get("LOQUET_STEPS", "2000"))
SEEDS = int(os.environ.get("LOQUET_SEEDS", "2"))
pytestmark = pytest.mark.timeout(3600)  # a release's million takes an hour and more
SOON = 2000  # steps, within which a planted fault must show


def live(world, steps):
    """That many steps; a breach tells how it came to it."""
    try:
        for _ in range(steps):
            world.step()
    except AssertionError as breach:
        breach.add_note(f"step {len(world.told)}, the last: {' '.join(world.told[-25:])}")
        raise


@pytest.fixture
def world(tmp_path, seed):
    made = World(tmp_path, seed)
    yield made
    made.close()


@pytest.mark.parametrize("seed", range(SEEDS))
def test_no_random_day_powers_a_machine_without_a_record_or_loses_one(world):
    live(world, STEPS)
    world.come_to_rest()
    world.check_records()
    assert sum(closed for closed, _ in world.hardware.edges) > STEPS // 200  # people did work


def a_journal_of_air(world):
    """The keeper is told that its records are on the disk, and none is."""
    world.keeper._store.write = lambda *_: 1


def a_doorman_who_takes_the_power_with_him(world):
    """His leaving ends the session."""
    left = world.restart_doorman

    def leave(**how):
        world.keeper.keeper.feed(StopNow(None, StopReason.IDLE))
        left(**how)

    world.restart_doorman = leave


def a_mushroom_that_lifts_itself(world):
    """The e-stop's latch goes without staff, and with it what was cut comes back."""
    contact = world.contact

    def touch(**inputs):
        contact(**inputs)
        keeper = world.keeper.keeper
        if Inhibit.ESTOP in keeper.state.inhibits:
            keeper.feed(Lift(Inhibit.ESTOP))
            world.hardware.set_relay(closed=True)

    world.contact = touch


@pytest.mark.parametrize("seed", [5])
@pytest.mark.parametrize(
    "fault", [a_journal_of_air, a_doorman_who_takes_the_power_with_him, a_mushroom_that_lifts_itself]
)
def test_the_laws_of_the_random_day_notice(world, fault):
    fault(world)
    with pytest.raises(AssertionError):
        live(world, SOON)
