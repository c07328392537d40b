"""Where can the bench read what the machine says? A face that keeps its last screen; and several faces at once."""

from collections.abc import Sequence

from node.doorman.face.screens import screen
from node.doorman.showing import Face, Screen, Showing


class SimulatedFace:
    """Keeps the last screen in `last`; nothing else."""

    def __init__(self, site: str = "") -> None:
        self.last: Screen | None = None
        self._site = site

    def show(self, showing: Showing) -> Screen:
        """Show it; the screen that it became."""
        self.last = screen(showing, self._site)
        return self.last

    def close(self) -> None:
        """Nothing to switch off."""
        self.last = None


class SeveralFaces:
    """One machine's light, display and tablet: all show the same."""

    def __init__(self, first: Face, *others: Face) -> None:
        self._first, self._others = first, others

    def show(self, showing: Showing) -> Screen:
        """Show it on each; the screen of the first."""
        for other in self._others:
            other.show(showing)
        return self._first.show(showing)

    def close(self) -> None:
        """Dark and silent, each."""
        for face in self.faces:
            face.close()

    @property
    def faces(self) -> Sequence[Face]:
        """Each of them."""
        return (self._first, *self._others)
