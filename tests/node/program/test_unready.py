"""A box starts on a card that takes no writing. It must say so, and be itself again when the card is."""

import errno

import pytest

from node.app import command, unready
from node.app.unready import Unready
from node.doorman.face.simulated import SimulatedFace
from node.doorman.shelf import salvage
from node.ports import ShelfBroken
from node.settings import load
from tests.node.doorman.conftest import SETTINGS, HandClock


class Striding(HandClock):
    """Whoever waits is there at once."""

    def wait_until(self, condition, due_ms, beat_ms):
        self.pass_ms(min(at for at in (due_ms, beat_ms) if at is not None) - self.monotonic_ms())


@pytest.fixture
def settings(tmp_path):
    (tmp_path / "node.toml").write_text(SETTINGS)
    (tmp_path / "key").write_text("00" * 32)
    (tmp_path / "key").chmod(0o600)
    (tmp_path / "state").mkdir()
    return load(tmp_path / "node.toml")


def refusing(times):
    """A card that refuses so often, and then takes writing again."""
    left = [times]

    def opened(path):
        if left[0]:
            left[0] -= 1
            raise ShelfBroken("OSError") from OSError(errno.EROFS, "Read-only file system")
        return salvage.open_shelf(path)

    return opened


def test_it_shows_that_it_is_not_ready_and_ends_when_the_card_takes_writing_again(settings, monkeypatch):
    monkeypatch.setattr(unready, "open_shelf", refusing(2))
    clock, face = Striding(), SimulatedFace()
    shown, show = [], face.show
    face.show = lambda showing: shown.append(show(showing).name)
    began_ms = clock.monotonic_ms()
    Unready(settings, clock, face).run()
    assert set(shown) == {"NOT_READY"}
    assert clock.monotonic_ms() - began_ms == 30_000
    assert face.last is None or face.last.name == "NOT_READY"


def test_it_ends_when_told(settings, monkeypatch):
    monkeypatch.setattr(unready, "open_shelf", refusing(10**6))
    program = Unready(settings, Striding(), SimulatedFace())
    program.stop()
    program.run()


def test_the_command_puts_it_in_the_doormans_place(settings, monkeypatch):
    def none(_settings):
        raise ShelfBroken("OSError")

    monkeypatch.setattr("node.app.doorman.doorman_program", none)
    assert isinstance(command.PROGRAMS["doorman"](settings), Unready)


def test_a_shelf_on_a_card_that_refuses_stays_where_it_is(settings, monkeypatch):
    file = settings.state_dir / "shelf.db"
    salvage.open_shelf(file)[0].close()

    def refused(_path):
        raise ShelfBroken("OSError") from OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(salvage, "SqliteShelf", refused)
    with pytest.raises(ShelfBroken):
        salvage.open_shelf(file)
    assert [one.name for one in settings.state_dir.iterdir()] == ["shelf.db"]
