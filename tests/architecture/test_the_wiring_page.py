"""Does the wiring page name only what is there, and are its drawings whole?"""

import configparser
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


def test_the_couriers_unit_has_a_network_and_no_device():
    unit = configparser.RawConfigParser(strict=False, interpolation=None)
    unit.optionxform = str
    unit.read(FIRMWARE.parent / "systemd" / "loquet-courier.service")
    service = unit["Service"]
    assert (service["WatchdogSec"], service["Restart"]) == ("10", "always")
    assert "DeviceAllow" not in service
    assert "AF_INET" in service["RestrictAddressFamilies"]
    assert "node run courier" in service["ExecStart"]


def test_every_program_of_a_node_has_its_user():
    users = (FIRMWARE.parent / "systemd" / "loquet.sysusers").read_text()
    for program in ("keeper", "doorman", "courier"):
        assert f"m loquet-{program} loquet-node" in " ".join(users.split())
