"""Do the files that are copied to a machine's box say what the code says?"""

import configparser
from pathlib import Path

import pytest

from loquet.demo.boxes import PINS
from loquet.demo.broker import acl
from node.keeper.policy import from_profile
from node.settings import load
from tests.broker import acl_of

ROOT = Path(__file__).resolve().parents[2]
FIRMWARE = ROOT / "firmware_config"


def rules(text):
    lines = (line.strip() for line in text.splitlines())
    return sorted(line for line in lines if line and not line.startswith("#"))


def unit(name):
    found = configparser.RawConfigParser(strict=False, interpolation=None)
    found.optionxform = str
    found.read(ROOT / "systemd" / f"loquet-{name}.service")
    return found


def test_the_board_profile_is_a_settings_file_that_the_node_takes():
    settings = load(FIRMWARE / "boards/pi-relay-board.toml")
    assert {name: line.pin for name, line in settings.pins.items()} == PINS


def test_the_policy_is_one_that_the_keeper_takes():
    assert from_profile(FIRMWARE / "policy.toml").needs_extraction


def test_the_outputs_are_off_from_power_on_and_after_the_keepers_death():
    pins = load(FIRMWARE / "boards/pi-relay-board.toml").pins
    config = (FIRMWARE / "config.txt").read_text().splitlines()
    for name in ("relay", "extraction"):
        assert f"gpio={pins[name].pin}=op,{'dl' if pins[name].active_high else 'dh'}" in config
    told = dict(line.split("=") for line in rules((FIRMWARE / "keeper.env").read_text()))
    assert told["LOQUET_RELAY_PIN"] == str(pins["relay"].pin)
    assert told["LOQUET_RELAY_SAFE"] == ("dl" if pins["relay"].active_high else "dh")


def test_every_broker_that_we_start_has_the_same_rules():
    lab = rules((FIRMWARE / "broker/acl").read_text())
    assert lab == rules(acl())
    assert lab == rules(acl_of({"hub.1": "", "las-1": ""}))


@pytest.mark.parametrize(("name", "seconds"), [("keeper", "5"), ("doorman", "10")])
def test_a_stalled_program_of_the_node_is_ended(name, seconds):
    service = unit(name)["Service"]
    assert service["WatchdogSec"] == seconds
    assert service["Restart"] == "always"


def test_a_stalled_keeper_is_killed_and_its_relay_opened():
    service = unit("keeper")["Service"]
    assert service["WatchdogSignal"] == "SIGKILL"
    assert "LOQUET_RELAY_PIN" in service["ExecStopPost"]
    assert service["PrivateNetwork"] == "yes"
