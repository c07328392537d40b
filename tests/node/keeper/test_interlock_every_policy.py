"""All 24 policies, every reachable state and event: too many cells for the core suite's two seconds."""

import pytest

from tests.core.interlock_world import POLICIES, events, first_breach


@pytest.mark.parametrize(
    "policy", POLICIES, ids=lambda p: f"{p.stop}-{p.cap_s}-{p.at_cap}-{p.pre_run_s}-{p.run_on_s}"
)
def test_every_law_holds_in_every_cell(policy):
    assert first_breach(policy, events()) is None
