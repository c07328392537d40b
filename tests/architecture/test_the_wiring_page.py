"""Does the wiring page name only what is there, and are its drawings whole?"""

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from node.profiles import NEVER_BEHIND

FIRMWARE = Path(__file__).resolve().parents[2] / "firmware_config"
PAGE = (FIRMWARE / "wiring.md").read_text()
LINKS = sorted(set(re.findall(r"\]\(([^)]+)\)", PAGE)))


@pytest.mark.parametrize("link", LINKS)
def test_what_the_page_points_to_is_there(link):
    assert (FIRMWARE / link).exists()


@pytest.mark.parametrize("drawing", sorted((FIRMWARE / "drawings").glob("*.svg")), ids=lambda file: file.stem)
def test_a_drawing_is_well_formed_says_what_it_shows_and_loads_nothing(drawing):
    root = ET.fromstring(drawing.read_text())
    names = {child.tag.rsplit("}", 1)[1] for child in root}
    assert {"title", "desc"} <= names
    assert not re.search(r"(href|src)=|@import|<script", drawing.read_text())
    assert f"drawings/{drawing.name}" in PAGE


@pytest.mark.parametrize("word", sorted(NEVER_BEHIND))
def test_what_a_profile_refuses_the_page_explains(word):
    assert re.search(rf"never.*\|.*\|[\s\S]*\*\*[^|]*{word}", PAGE)


def test_the_fragment_of_config_txt_has_what_a_node_needs():
    lines = (FIRMWARE / "config.txt").read_text().splitlines()
    for line in (
        "dtparam=spi=on",
        "dtparam=watchdog=on",
        "dtparam=strict_gpiod",
        "gpio=17=op,dl",
        "gpio=27=op,dl",
    ):
        assert line in lines
