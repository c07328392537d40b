"""Where can the bench read what the machine says? A face that keeps its last screen."""

from node.doorman.face.screens import screen
from node.doorman.showing import Screen, Showing


class SimulatedFace:
    """Keeps the last screen in `last`; nothing else."""

    def __init__(self) -> None:
        self.last: Screen | None = None

    def show(self, showing: Showing) -> Screen:
        """Show it; the screen that it became."""
        self.last = screen(showing)
        return self.last

    def close(self) -> None:
        """Nothing to switch off."""
        self.last = None
