"""Random days at one machine, from a seed. LOQUET_STEPS sets how many steps (promises.md: a million per release)."""

import os

import pytest

from tests.faults.simulation import World

STEPS = int(os.environ.get("LOQUET_STEPS", "4000"))
SEEDS = int(os.environ.get("LOQUET_SEEDS", "2"))


@pytest.mark.parametrize("seed", range(SEEDS))
def test_no_random_day_powers_a_machine_without_a_record_or_loses_one(tmp_path, seed):
    world = World(tmp_path, seed)
    try:
        for _ in range(STEPS):
            world.step()
        world.come_to_rest()
        world.check_records()
    except AssertionError as breach:
        breach.add_note(f"seed {seed}, step {len(world.told)}, the last: {' '.join(world.told[-25:])}")
        raise
    finally:
        world.close()
