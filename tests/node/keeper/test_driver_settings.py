"""node.toml's tables of drivers: what is taken, and what is refused with file, line and key."""

import pytest

from node.settings import SettingsError, load
from tests.node.keeper.test_node_settings import GOOD

PLUG = """
[power]
driver = "shelly-gen2"

[busy]
sensor = "plug"

[plug]
topic = "shellyplusplugs-aa"
host = "127.0.0.1"
port = 1884
tls = false
"""
PRINTER = """
[busy]
sensor = "octoprint"

[printer]
url = "http://printer.example/"
"""
RELAY = "relay = 17\nrelay_active_high = false\n"


def low(text, risk="low"):
    return text.replace('machine = "LAS-1"\n', f'machine = "LAS-1"\nrisk = "{risk}"\n')


def loaded(tmp_path, text):
    file = tmp_path / "node.toml"
    file.write_text(text)
    return load(file)


def test_without_a_word_it_is_a_relay_and_a_contact(tmp_path):
    drivers = loaded(tmp_path, GOOD).drivers
    assert (drivers.power, drivers.busy, drivers.courier) == ("relay", "input", None)


def test_a_plug_takes_the_place_of_the_relays_pin(tmp_path):
    settings = loaded(tmp_path, low(GOOD.replace(RELAY, "")) + PLUG)
    assert set(settings.pins) == {"estop"}
    assert settings.drivers.plug.dead_man_s == 300
    assert settings.drivers.courier == tmp_path / "run" / "courier.sock"


def test_a_printers_word_needs_the_relay_all_the_same(tmp_path):
    settings = loaded(tmp_path, low(GOOD, "medium") + PRINTER)
    assert settings.drivers.printer.url == "http://printer.example"
    assert "relay" in settings.pins


@pytest.mark.parametrize("chip", ["ina219", "ads1115"])
def test_a_current_sensor_may_serve_a_high_risk_machine(tmp_path, chip):
    text = low(GOOD, "high") + f'\n[busy]\nsensor = "{chip}"\nthreshold_ma = 400\n'
    assert loaded(tmp_path, text).drivers.current.threshold_ma == 400


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (low(GOOD.replace(RELAY, ""), "high") + PLUG, r"\[power\] `driver`: a high-risk machine"),
        (low(GOOD, "high") + PRINTER, r"\[busy\] `sensor`: a high-risk machine"),
        (GOOD + PRINTER, r"\[node\] `risk` must be said"),
        (GOOD.replace(RELAY, "") + PLUG, r"\[node\] `risk` must be said"),
        (low(GOOD, "deadly"), r"`risk` must be one of"),
        (low(GOOD) + PLUG, r"`relay` has another driver"),
        (low(GOOD.replace(RELAY, "busy = 24\n")) + PLUG, r"`busy` has another driver"),
        (low(GOOD) + "\n[courier]\nuser = 'x'\n", r"has nothing to do"),
        (low(GOOD) + "\n[power]\ndriver = 'hammer'\n", r"`driver` must be one of"),
        (low(GOOD) + "\n[busy]\nsensor = 'plug'\n", r"only where \[power\]"),
        (low(GOOD) + "\n[busy]\nsensor = 'ina219'\n", r"`threshold_ma` is missing"),
        (low(GOOD) + "\n[busy]\nsensor = 'ina219'\nthreshold_ma = 0\n", r"`threshold_ma` must be 1 to"),
        (
            low(GOOD) + "\n[busy]\nsensor = 'ads1115'\nthreshold_ma = 9\naddress = 64\n",
            r"`address` must be 72",
        ),
        (low(GOOD.replace(RELAY, "")) + PLUG + "dead_man_s = 29\n", r"`dead_man_s` must be 30 to 3600"),
        (low(GOOD.replace(RELAY, "")) + PLUG.replace("127.0.0.1", "hub.example"), r"loopback only"),
        (low(GOOD.replace(RELAY, "")) + PLUG.replace("shellyplusplugs-aa", "shelly/#"), r"without wildcards"),
        (low(GOOD.replace(RELAY, "")) + PLUG.replace("shellyplusplugs-aa", "loquet/v1"), r"the plug's own"),
        (low(GOOD.replace(RELAY, "")) + PLUG.replace("gen2", "gen1"), r"`url` is missing"),
        (low(GOOD) + PRINTER.replace("http://", "ftp://"), r"`url` must begin"),
        (low(GOOD) + PRINTER + "[plug]\ntopic = 'x'\n", r"\[plug\] `topic` is unknown here"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path, text, words):
    with pytest.raises(SettingsError, match=rf"node\.toml:\d+: .*{words}|node\.toml:\d+: {words}"):
        loaded(tmp_path, text)
