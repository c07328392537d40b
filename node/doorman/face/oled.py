"""How does the picture come onto the display? Through luma.oled on I2C, in a thread of its own.

Wiring: SDA 2, SCL 3, 3.3 V. A frame takes 25 ms at 400 kHz and a bus that hangs far longer: nobody at the
reader waits for it. A display that is pulled out is tried again; what it missed is drawn then.
"""

import logging
from collections.abc import Callable
from threading import Condition, Thread
from typing import Any, Final, Protocol

from PIL import Image

from node.doorman.face.panel import picture
from node.doorman.face.screens import screen
from node.doorman.showing import Screen, Showing

log = logging.getLogger(__name__)
AGAIN_S: Final = 5.0
END_S: Final = 5.0


class Display(Protocol):
    """What is used of a device of luma."""

    def display(self, image: Image.Image) -> None:
        """Send the picture. Raises OSError when the bus does not answer."""
        ...

    def hide(self) -> None:
        """Dark."""
        ...


class OledFace:
    """The display of the last screen. `make` opens it; luma and OSError are the only things that go wrong."""

    def __init__(self, make: Callable[[], Display], site: str = "") -> None:
        self._make, self._site = make, site
        self._changed = Condition()
        self._wanted: Screen | None = None
        self._shown: Screen | None = None
        self._ending = False
        self._lost = False
        self._device: Display | None = None
        self._thread = Thread(target=self._run, name="display", daemon=True)
        self._thread.start()

    def show(self, showing: Showing) -> Screen:
        """Show it soon; the screen that it became."""
        shown = screen(showing, self._site)
        with self._changed:
            if shown != self._wanted:
                self._wanted = shown
                self._changed.notify_all()
        return shown

    def close(self) -> None:
        """Dark."""
        with self._changed:
            self._ending = True
            self._changed.notify_all()
        self._thread.join(END_S)

    def settled(self, wait_s: float) -> bool:
        """Whether what was last shown stands on the display, within that time."""
        with self._changed:
            return self._changed.wait_for(lambda: self._shown is self._wanted, wait_s)

    def _run(self) -> None:
        while (wanted := self._next()) is not None:
            self._draw(wanted)
        if self._device is not None:
            self._guarded(self._device.hide)

    def _next(self) -> Screen | None:
        with self._changed:
            wait_s = AGAIN_S if self._lost else None
            self._changed.wait_for(self._has_news, wait_s)
            if self._lost and not self._ending and self._wanted is not None:
                return self._wanted
            return None if self._ending else self._wanted

    def _has_news(self) -> bool:
        return self._ending or (not self._lost and self._wanted is not self._shown)

    def _draw(self, wanted: Screen) -> None:
        if not self._guarded(lambda: self._send(wanted)):
            self._device = None
            return
        with self._changed:
            self._shown = wanted
            self._changed.notify_all()

    def _send(self, wanted: Screen) -> None:
        if self._device is None:
            self._device = self._make()
        self._device.display(picture(wanted))

    def _guarded(self, act: Callable[[], None]) -> bool:
        try:
            act()
        except (OSError, _not_found()) as problem:
            lost = True
            reason = type(problem).__name__
        else:
            lost, reason = False, ""
        if lost != self._lost:
            log.warning("event=display_%s why=%s", "lost" if lost else "back", reason)
        self._lost = lost
        return not lost


def device(kind: str, bus: int, address: int) -> Callable[[], Display]:
    """What opens a display on I2C: `ssd1306` or `sh1106`."""

    def make() -> Display:
        from luma.core.interface.serial import i2c  # noqa: PLC0415  an extra, for nodes with a display
        from luma.oled import device as kinds  # noqa: PLC0415  the same

        opened: Display = getattr(kinds, kind)(i2c(port=bus, address=address))
        return opened

    return make


def _not_found() -> Any:
    """luma's own word for a bus that does not answer; OSError's place is kept where luma is not installed."""
    try:
        from luma.core.error import Error  # noqa: PLC0415  an extra
    except ImportError:
        return OSError
    return Error
