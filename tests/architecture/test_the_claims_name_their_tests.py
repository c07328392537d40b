"""Does each claim of the safety case and of the protocol name a law or a test that exists?"""

import re

import pytest

from tests.architecture.conftest import ROOT
from tests.core.interlock_world import LAWS

PAGES = ("safety-case.md", "protocol.md")
WITHOUT = {"a statement, not a test"}


def known() -> set[str]:
    """Every law, and the name of every test."""
    names = {law.__name__ for law in LAWS}
    for file in (ROOT / "tests").rglob("test_*.py"):
        names |= set(re.findall(r"def (test_\w+)", file.read_text()))
    return names


def claims(page: str) -> list[tuple[str, str]]:
    """(claim, what shows it) of each row of each table."""
    rows = [
        line.strip("|").split("|")
        for line in (ROOT / "docs" / page).read_text().splitlines()
        if line[:1] == "|"
    ]
    return [
        (row[0].strip(), row[-1].strip()) for row in rows if not set(row[0]) <= set("- ") and len(row) == 3
    ]


@pytest.mark.parametrize("page", PAGES)
def test_each_claim_names_what_shows_it_and_that_is_there(page: str) -> None:
    there, told = known(), claims(page)
    assert len(told) > 20
    for claim, shown in told:
        if claim in {"claim", "rule"} or shown in WITHOUT:
            continue
        named = [name for name in re.findall(r"`(\w+)`", shown) if name != "finish"]
        assert named, f"{claim}: shown by nothing"
        assert set(named) <= there, f"{claim}: {set(named) - there}"


def test_each_law_of_the_interlock_is_a_claim_or_part_of_one() -> None:
    page = (ROOT / "docs" / "safety-case.md").read_text()
    own = {"the_state_makes_sense", "a_request_is_answered", "what_changed_is_written"}
    own |= {"records_name_the_session_that_is_open"}  # of the table's own order; no claim about a machine
    assert [law.__name__ for law in LAWS if law.__name__ not in own and f"`{law.__name__}`" not in page] == []
