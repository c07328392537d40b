"""What the wiring page forbids, a board profile refuses: one thing each, before any pin is claimed."""

from pathlib import Path

import pytest

from node.attached import LIGHTS
from node.profiles import NEVER_BEHIND, RULES
from node.settings import SettingsError, load

BOARDS = Path(__file__).resolve().parents[3] / "firmware_config" / "boards"
CONTACTOR = (BOARDS / "machine-contactor.toml").read_text()
MODULE = (BOARDS / "pi-relay-board.toml").read_text()
HAT = (BOARDS / "relay-hat.toml").read_text()
PLUG = (BOARDS / "network-plug.toml").read_text()


def loaded(tmp_path, text):
    file = tmp_path / "node.toml"
    file.write_text(text)
    return load(file)


@pytest.mark.parametrize("file", sorted(BOARDS.glob("*.toml")), ids=lambda file: file.stem)
def test_every_profile_we_ship_is_taken_and_says_how_it_is_wired(file):
    assert load(file).board is not None


def test_there_are_profiles_for_the_three_usual_boards_and_a_plug():
    names = {file.stem for file in BOARDS.glob("*.toml")}
    assert names == {"pi-relay-board", "relay-hat", "machine-contactor", "network-plug"}


def without(text, key):
    """The text without the line of that key."""
    kept = [line for line in text.splitlines() if not line.startswith((f"{key} ", f"{key}="))]
    assert len(kept) == len(text.splitlines()) - 1, key
    return "\n".join(kept)


def with_line(text, key, value):
    """The text with another value at that key."""
    lines = text.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith(f"{key} "))
    lines[at] = f"{key} = {value}"
    return "\n".join(lines)


FORBIDDEN = {
    "a relay on a pin that is pulled up": (with_line(MODULE, "relay", "4"), "BCM 9 to 27"),
    "extraction on such a pin": (with_line(MODULE, "extraction", "4"), "BCM 9 to 27"),
    "a relay on the reader's SPI": (with_line(MODULE, "relay", "10"), "SPI"),
    "a relay on the serial console": (with_line(MODULE, "relay", "14"), "serial console"),
    "no pull-down": (without(MODULE, "pull_down_ohm"), "pull-down"),
    "a pull-down that is none": (with_line(MODULE, "pull_down_ohm", "50000"), "pull-down"),
    "active-low without a pull-up": (without(HAT, "pull_up_ohm"), "pull-up"),
    "a brake behind it": (with_line(CONTACTOR, "behind", '["brake"]'), "brake"),
    "a frequency drive behind it": (with_line(CONTACTOR, "behind", '["contactor-coil", "drive"]'), "drive"),
    "a controller PC behind it": (with_line(CONTACTOR, "behind", '["controller"]'), "controller PC"),
    "a chiller behind it": (with_line(CONTACTOR, "behind", '["chiller"]'), "chiller"),
    "nothing said of what is behind it": (with_line(CONTACTOR, "behind", "[]"), "what the contact switches"),
    "a plug of a high-risk machine": (with_line(CONTACTOR, "behind", '["socket"]'), "control circuit"),
    "before the e-stop": (with_line(CONTACTOR, "after_estop", "false"), "after the e-stop"),
    "an e-stop that a cut cable silences": (with_line(CONTACTOR, "estop_active_high", "false"), "cut cable"),
    "a bypass key that a cut cable hides": (with_line(CONTACTOR, "bypass_active_high", "false"), "cut cable"),
    "an air-flow switch that a cut cable pleases": (
        CONTACTOR.replace("extraction_ok = 26", "extraction_ok_active_high = true\nextraction_ok = 26"),
        "cut cable",
    ),
    "bare inputs": (with_line(CONTACTOR, "inputs", '"direct"'), "opto-isolated"),
    "a bypass key that nobody senses": (
        without(without(CONTACTOR, "bypass"), "bypass_active_high"),
        "must be sensed",
    ),
    "high risk without feedback": (without(CONTACTOR, "feedback"), "feedback"),
    "high risk without an e-stop": (without(CONTACTOR, "estop"), "estop"),
    "high risk without a time relay": (with_line(CONTACTOR, "hold", '"none"'), "time relay"),
    "high risk without a busy sensor": (without(CONTACTOR, "busy"), "sensed"),
    "a network plug on a high-risk machine": (with_line(PLUG, "risk", '"high"'), "high-risk machine"),
    "no risk": (without(CONTACTOR, "risk"), "risk"),
    "a word that is not known": (with_line(CONTACTOR, "behind", '["toaster"]'), "must be a list of"),
}


def refused(tmp_path, text):
    with pytest.raises(SettingsError) as problem:
        loaded(tmp_path, text)
    return str(problem.value)


def test_every_rule_of_the_wiring_page_has_a_profile_that_it_refuses(tmp_path):
    told = [refused(tmp_path, text) for text, _ in FORBIDDEN.values()]
    assert [rule.why for rule in RULES if not any(rule.why in words for words in told)] == []


def test_every_hazard_of_the_page_is_a_rule():
    page = (BOARDS.parent / "wiring.md").read_text()
    for word in NEVER_BEHIND:
        assert f"**{word}" in page or word in page.lower(), word
    for words in (
        "after** the e-stop",
        "BCM 9 to 27",
        "pull-down",
        "opto-isolated",
        "broken wire",
        "time relay",
        "bypass key",
    ):
        assert words in page, words


@pytest.mark.parametrize("file", sorted(BOARDS.glob("*.toml")), ids=lambda file: file.stem)
def test_each_profile_says_which_reader_and_which_face(file):
    settings = load(file)
    assert settings.reader.kind == "mfrc522"
    assert settings.fittings.kind in {"ring", "oled"}
    assert settings.fittings.site.startswith("https://")


def test_one_profile_explains_every_key_of_reader_and_face():
    written = {line.lstrip("# ").split(" ")[0] for line in MODULE.splitlines() if " = " in line}
    reader = {"kind", "bus", "device", "reset_pin", "event", "format", "uid_bytes", "named"}
    face = {*LIGHTS, "i2c_bus", "i2c_address", "display", "site", "kiosk_port", "kiosk_host"}
    assert (reader | face) - written == set()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("red", "17"), "shares its pin"),  # the relay's
        (("red", "25"), "shares its pin"),  # the reader's reset
        (("red", "10"), "shares its pin"),  # the reader's SPI
        (("red", "2"), "shares its pin"),  # the display's I2C
        (("stop", "3"), "display's"),
    ],
)
def test_light_and_display_take_nobodys_pin(tmp_path, change, words):
    assert words in refused(tmp_path, with_line(MODULE, *change))


def test_the_fragment_of_config_txt_holds_the_outputs_low_and_reads_the_contacts_of_the_profiles():
    lines = (BOARDS.parent / "config.txt").read_text().splitlines()
    assert {"dtparam=spi=on", "dtparam=watchdog=on", "dtparam=strict_gpiod"} <= set(lines)
    for file in ("pi-relay-board.toml", "machine-contactor.toml"):
        pins = load(BOARDS / file).pins
        for name in ("relay", "extraction"):
            assert pins[name].active_high
            assert f"gpio={pins[name].pin}=op,dl" in lines
        (pulled,) = [line for line in lines if line.startswith("gpio=") and line.endswith("=ip,pu")]
        known = {int(pin) for pin in pulled.removeprefix("gpio=").removesuffix("=ip,pu").split(",")}
        assert {line.pin for name, line in pins.items() if name not in ("relay", "extraction")} <= known


def test_the_fragment_tells_the_active_low_board_its_own_lines():
    text = (BOARDS.parent / "config.txt").read_text()
    pins = load(BOARDS / "relay-hat.toml").pins
    assert not pins["relay"].active_high
    assert f"# gpio={pins['relay'].pin},{pins['extraction'].pin}=op,dh" in text


@pytest.mark.parametrize("case", FORBIDDEN, ids=lambda case: case.replace(" ", "-"))
def test_a_profile_refuses(tmp_path, case):
    text, words = FORBIDDEN[case]
    with pytest.raises(SettingsError, match=words):
        loaded(tmp_path, text)


def test_a_pulse_drive_does_instead_of_a_time_relay(tmp_path):
    text = with_line(CONTACTOR, "hold", '"none"') + '\n[power]\ndriver = "pulse"\n'
    assert loaded(tmp_path, text).drivers.power == "pulse"


def bare(text):
    """The same file without what it says of its board."""
    head, _, rest = text.partition("[board]")
    tables = rest.split("\n[", 1)
    return head + ("[" + tables[1] if len(tables) > 1 else "")


UNDESCRIBED = {
    "a relay on a pin that is pulled up": (with_line(MODULE, "relay", "4"), r"BCM 9 to 27"),
    "a relay on the reader's SPI": (with_line(MODULE, "relay", "10"), r"SPI"),
    "an e-stop that a cut cable silences": (with_line(CONTACTOR, "estop_active_high", "false"), r"cut cable"),
    "a bypass key that a cut cable hides": (
        with_line(CONTACTOR, "bypass_active_high", "false"),
        r"cut cable",
    ),
    "a relay that an open pin switches on": (HAT, r"pull-up"),
    "a high-risk machine": (CONTACTOR, r"how it is wired"),
}


@pytest.mark.parametrize("what", sorted(UNDESCRIBED))
def test_what_the_pins_show_is_refused_of_a_board_that_nobody_describes_too(tmp_path, what):
    text, why = UNDESCRIBED[what]
    assert "[board]" in text
    with pytest.raises(SettingsError, match=rf"node\.toml:\d+: .*{why}"):
        loaded(tmp_path, bare(text))


def test_a_board_that_nobody_describes_and_whose_pins_are_as_they_may_be_is_taken(tmp_path):
    settings = loaded(tmp_path, bare(MODULE))
    assert settings.board is None
    assert settings.pins["relay"].active_high
