"""Whatever comes over the socket is answered with a reason, and the session does not notice."""

import json
import random

import pytest

from core.wire.socket import FROM_DOORMAN
from node.settings import SettingsError, load
from tests.node.keeper.rig import PRINTER, Rig

VALUES = (
    None,
    True,
    -1,
    0,
    2**63,
    1.5,
    "",
    "s1",
    "\u0000",
    "x" * 600,
    [],
    {},
    ["a", 1],
    {"trust": 7},
    "2026-11-24T10:00:00.000Z",
)
FATAL = {"stop", "stop-now", "hello", "lock", "lift"}  # well-formed, these may end it: that is their work


@pytest.fixture
def running(tmp_path):
    """Bo prints."""
    rig = Rig(tmp_path, policy=PRINTER).with_doorman()
    rig.energise()
    rig.set(busy=True)
    return rig


@pytest.mark.parametrize("seed", range(12))
def test_requests_with_any_field_spoilt_are_answered_and_move_nothing(running, seed):
    dice = random.Random(seed)
    for number in range(120):
        msg = dice.choice(sorted(set(FROM_DOORMAN) - FATAL))
        fields = {name: dice.choice(VALUES) for name in FROM_DOORMAN[msg] if dice.random() < 0.9}
        packet = json.dumps({"msg": msg, **fields, "id": f"x{number}"}).encode()
        running.desk.packet(running.doorman, packet)
        running.keeper.look()
    assert running.wires.relay
    assert running.keeper.state.session.id == "s1"


@pytest.mark.parametrize("seed", range(12))
def test_packets_of_any_bytes_are_refused_and_move_nothing(running, seed):
    dice = random.Random(seed)
    good = json.dumps({"msg": "alive", "time": {"trust": "hub", "zero_ms": 1}}).encode()
    for _ in range(120):
        packet = bytearray(good if dice.random() < 0.5 else dice.randbytes(dice.randrange(6000)))
        for _ in range(dice.randrange(4)):
            if packet:
                packet[dice.randrange(len(packet))] = dice.randrange(256)
        running.desk.packet(running.doorman, bytes(packet))
        running.keeper.look()
    assert running.wires.relay
    assert running.phase == "in-use"


GOOD = """
[node]
id = "las-1"
machine = "LAS-1"
state_dir = "state"
run_dir = "run"
key_file = "key"
[pins]
relay = 17
estop = 22
[broker]
host = "127.0.0.1"
port = 1883
user = "las-1"
tls = false
"""
MADE = ("true", "-1", '""', "[]", "{}", "99999", '"../x"', "1.5", "nonsense", '"\\u0000"')


@pytest.mark.parametrize("seed", range(80))
def test_settings_with_any_value_spoilt_are_read_or_refused_with_the_reason(tmp_path, seed):
    dice = random.Random(seed)
    lines = GOOD.strip().splitlines()
    place = dice.choice([at for at, line in enumerate(lines) if "=" in line])
    name = lines[place].split("=")[0]
    lines[place] = dice.choice(
        (f"{name}= {dice.choice(MADE)}", "", f"{name}", lines[place] + "\n" + lines[place])
    )
    file = tmp_path / "node.toml"
    file.write_text("\n".join(lines))
    said = ""
    try:
        load(file)
    except SettingsError as problem:
        said = str(problem)
    assert not said or "node.toml" in said
