"""Does any file say where packages come from? Each machine decides that for itself."""

import json
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# spelt in two halves, so that this file does not hold what it looks for
REGISTRIES = tuple(
    left + right
    for left, right in (
        ("pypi", ".org"),
        ("python", "hosted.org"),
        ("registry.", "npmjs"),
        ("registry.", "yarnpkg"),
        ("piwheels", ".org"),
        ("uv", ".lock"),
    )
)
LOCKS = ("requirements/run.txt", "requirements/test.txt", "requirements/lock.txt", "requirements/front.txt")


def our_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_no_file_names_a_registry():
    hits = []
    for path in our_files():
        text = path.read_bytes().decode("utf-8", "ignore").lower()
        hits += [f"{path}: {each}" for each in REGISTRIES if each in text]
    assert hits == []


def test_the_lock_files_hold_no_address_at_all():
    for name in LOCKS:
        text = (ROOT / name).read_text()
        assert re.findall(r"\w+://\S+|--\w*index\S*|--find-links", text) == []


def test_every_pin_has_its_hash():
    for name in LOCKS:
        pins = re.split(r"^(?=[a-z0-9])", (ROOT / name).read_text(), flags=re.MULTILINE)[1:]
        assert pins
        assert [each.split()[0] for each in pins if "==" not in each or "--hash=sha256:" not in each] == []


def test_the_compiler_needing_packages_of_the_reader_are_left_out():
    text = (ROOT / "requirements/run.txt").read_text().lower()
    assert "mfrc522==0.0.7" in text
    assert "rpi-gpio" not in text
    assert "spidev" not in text


def test_run_and_test_agree_on_every_version():
    def pins(name):
        return set(re.findall(r"^[a-z0-9].*?==[^ \\]+", (ROOT / name).read_text(), re.MULTILINE))

    assert pins("requirements/run.txt") <= pins("requirements/test.txt")


def test_the_npm_lock_has_integrity_and_no_addresses():
    lock = json.loads((ROOT / "package-lock.json").read_text())
    packages = {name: each for name, each in lock["packages"].items() if name}
    assert packages
    assert [name for name, each in packages.items() if "integrity" not in each or "resolved" in each] == []
    assert "://" not in json.dumps(lock)
