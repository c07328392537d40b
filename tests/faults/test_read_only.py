"""The card turns read-only under a running machine, as a worn one does: a real keeper that can write no more.

Everywhere the journal itself takes no more writing, and then does again. Where the suite may mount, a real file
system of a real keeper gives up as well (ext4's own `abort`): from then on the kernel refuses each write.
"""

import os
import shutil
import signal
import subprocess

import pytest

from tests.faults.traced import Traced, breach

IMAGE_BYTES = 16 << 20
MOUNT = 'mount -o loop "$1" "$2" || exit 99; shift 2; exec "$@"'
TOOLS = ("mkfs.ext4", "mount", "nsenter", "unshare")


class Guarded:
    """The journal's file is not to be written to, by SQLite's own word."""

    def __init__(self, folder):
        self.machine = Traced(folder)

    def protect(self):
        self.machine.tell("guard", 1)

    def mend(self):
        self.machine.tell("guard", 0)


class Card:
    """A card of its own, seen by the keeper's process alone; what its kernel gave up comes back with a new start."""

    def __init__(self, folder):
        self.image, self.place = folder / "card.img", folder / "card"
        self.place.mkdir()
        with self.image.open("wb") as image:
            image.truncate(IMAGE_BYTES)
        run("mkfs.ext4", "-q", self.image)
        alone = ("unshare", "--mount", "--propagation", "private", "sh", "-c", MOUNT, "sh")
        self.machine = Traced(folder, state=self.place, before=(*alone, self.image, self.place))

    def protect(self):
        inside = ("nsenter", "--target", self.machine.process.pid, "--mount")
        run(*inside, "mount", "-o", "remount,abort", self.place)

    def mend(self):
        self.machine.end(signal.SIGKILL)
        self.machine.start(pre_run_s=0).pass_s(200)  # run-on in full


def run(*command):
    subprocess.run([str(word) for word in command], check=True, capture_output=True, timeout=30)


def may_mount(folder):
    """Is this a place where a card of one's own can be mounted?"""
    if os.geteuid() != 0 or not all(shutil.which(tool) for tool in TOOLS):
        return False
    image = folder / "probe.img"
    with image.open("wb") as file:
        file.truncate(IMAGE_BYTES)
    run("mkfs.ext4", "-q", image)
    probe = ["unshare", "--mount", "mount", "-o", "loop", str(image), str(folder)]
    return subprocess.run(probe, check=False, capture_output=True, timeout=30).returncode == 0


@pytest.fixture(params=[Guarded, Card], ids=["refused by the file", "refused by the kernel"])
def card(request, tmp_path):
    kind = request.param
    if kind is Card:
        (tmp_path / "probe").mkdir()
        kind = Card if may_mount(tmp_path / "probe") else Guarded
    made = kind(tmp_path)
    made.machine.start(pre_run_s=0)
    yield made
    made.machine.close()


def test_a_card_that_turns_read_only_cuts_no_machine_lets_nobody_in_and_is_told_of(card):
    machine = card.machine
    assert machine.tap("s1", minutes=600)["msg"] == "ok"
    machine.set(busy=True)
    card.protect()
    machine.pass_s(2 * 3600)
    machine.meet()  # the former doorman has not read for hours
    assert machine.state["phase"] == "in-use"
    assert machine.ask("note", type="report", session=None, data={"category": "note"})["msg"] == "no"
    assert "journal" in machine.state["inhibits"]
    assert [edge[1] for edge in machine.edges] == [True]
    machine.set(busy=False)
    machine.stop("s1")
    machine.pass_s(240)
    assert [edge[1] for edge in machine.edges] == [True, False]
    refused = machine.tap("s2", who="ann")
    assert (refused["msg"], refused["code"] in {"FAULT", "STALE"}) == ("no", True)
    card.mend()
    machine.meet()
    machine.pass_s(11)
    assert machine.state["inhibits"] == []
    assert machine.tap("s3", who="ann")["msg"] == "ok"
    assert machine.edges[-1][1]


def test_what_happened_while_the_card_took_nothing_is_written_down_afterwards(tmp_path):
    card = Guarded(tmp_path)
    machine = card.machine.start(pre_run_s=0)
    try:
        machine.tap("s1")
        card.protect()
        machine.pass_s(60)
        machine.stop("s1", msg="stop-now")
        machine.pass_s(240)
        card.mend()
        machine.pass_s(11)
        machine.end(signal.SIGKILL)
        assert breach(machine) is None
        (power_off,) = [one for one in machine.records() if one["type"] == "power-off"]
        assert power_off["session"] == "s1"
    finally:
        machine.close()


def test_a_stop_button_and_an_emergency_stop_need_no_card(card):
    machine = card.machine
    machine.tap("s1")
    card.protect()
    machine.set(estop=True)
    assert not machine.edges[-1][1]
    machine.set(estop=False)
    assert not machine.edges[-1][1]  # latched, written down or not
    assert "estop" in machine.state["inhibits"]
