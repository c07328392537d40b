"""How is a demo node set up? Its node.toml, its key and its broker password, as pairing would leave them."""

import sys
from pathlib import Path

from loquet.bench.agent import BENCH
from loquet.demo.family import Child
from loquet.demo.folder import Folder, Kept, write_private

# BCM numbers of the wiring that firmware_config describes; relay and extraction active high with pull-downs
PINS = {
    "relay": 17, "extraction": 27, "estop": 5, "stop": 6, "extend": 13, "report": 19,
    "extraction_ok": 26, "feedback": 22, "bypass": 23, "busy": 24,
}  # fmt: skip
RESET_PIN = 25  # the reader's, as on every RC522 shield's wiring

TOML = """# Written by `loquet demo`; a real node's comes from firmware_config.
[node]
id = "{node}"
machine = "{machine}"
state_dir = "state"
run_dir = "{run}"
key_file = "key"

[broker]
host = "127.0.0.1"
port = {port}
user = "{node}"
password_file = "password"
tls = false

[keeper]
socket = "{node}.sock"

[pins]
{pins}

[reader]
kind = "mfrc522"
bus = 0
device = 0
reset_pin = {reset}

[face]
kind = "simulated"
site = "{site}"
kiosk_port = 0
"""


def set_up(folder: Folder, kept: Kept, node: str, run: Path, port: int, site: str) -> Path:
    """Write one node's files; the broker's port, the run folder and the hub's `site` are new at every start."""
    home = folder.node(node)
    (home / "state").mkdir(exist_ok=True, mode=0o700)
    write_private(home / "key", kept.node_keys[node] + "\n")
    write_private(home / "password", kept.passwords[node] + "\n")
    text = TOML.format(
        node=node,
        machine=kept.nodes[node],
        run=run,
        port=port,
        site=site,
        reset=RESET_PIN,
        pins="\n".join(f"{name} = {pin}" for name, pin in PINS.items()),
    )
    config = home / "node.toml"
    write_private(config, text)
    return config


def programs(folder: Folder, node: str, config: Path, bench: Path) -> list[Child]:
    """Keeper and doorman of one node, as children to keep running."""
    return [
        Child(
            f"{part} {node}",
            [sys.executable, "-m", f"loquet.demo.{part}", str(config), str(folder.clock)],
            folder.logs / f"{part}-{node}.log",
            env={BENCH: str(bench), "PYTHONUNBUFFERED": "1"},
        )
        for part in ("keeper", "doorman")
    ]
