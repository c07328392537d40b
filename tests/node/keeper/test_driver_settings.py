"""node.toml's tables of drivers: what is taken, and what is refused with file, line and key."""

from pathlib import Path

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
CONTACTOR = (
    Path(__file__).resolve().parents[3] / "firmware_config/boards/machine-contactor.toml"
).read_text()
RELAY = "relay = 17\nrelay_active_high = true\n"


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
    without_contact = "\n".join(line for line in CONTACTOR.splitlines() if not line.startswith("busy"))
    text = without_contact + f'\n[busy]\nsensor = "{chip}"\nthreshold_ma = 400\n'
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


PRUSA = PRINTER.replace("octoprint", "prusalink")
LOGIN = 'user = "maker"\npassword_file = "password"\n'


def test_a_printer_with_a_login_has_a_name_and_the_file_of_its_password(tmp_path):
    printer = loaded(tmp_path, low(GOOD) + PRUSA + LOGIN).drivers.printer
    assert (printer.user, printer.password_file) == ("maker", tmp_path / "password")


def test_a_first_generation_plug_has_a_login_of_its_own_web_server(tmp_path):
    gen1 = PLUG.replace("shelly-gen2", "shelly-gen1") + 'url = "http://plug.example"\n'
    web = 'http_user = "admin"\nhttp_password_file = "web"\n'
    plug = loaded(tmp_path, low(GOOD.replace(RELAY, "")) + gen1 + web).drivers.plug
    assert (plug.http_user, plug.http_password_file) == ("admin", tmp_path / "web")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (low(GOOD) + PRUSA + 'user = "maker"\n', "`user` and `password_file` go together"),
        (low(GOOD) + PRUSA + 'password_file = "password"\n', "`user` and `password_file` go together"),
        (low(GOOD) + PRUSA + LOGIN + 'key_file = "key"\n', "one of the two signs in"),
        (low(GOOD) + PRINTER + LOGIN, "`user` is unknown here"),  # octoprint knows no login
        (low(GOOD.replace(RELAY, "")) + PLUG + 'http_user = "admin"\n', "`http_user` is unknown here"),
    ],
)
def test_a_login_that_is_not_whole_or_has_no_use_is_refused(tmp_path, text, words):
    with pytest.raises(SettingsError, match=words):
        loaded(tmp_path, text)
