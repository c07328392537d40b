"""Which parts stand before the people? The reader and the face that [reader] and [face] name.

Only what is named is loaded: the tablet's page alone brings a web server.
"""

from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any, Protocol, runtime_checkable

from node.attached import PCSC, TYPING, Fittings, Reader
from node.doorman.face.simulated import SeveralFaces, SimulatedFace
from node.doorman.parts import DoormanParts
from node.doorman.reader.poller import Poller
from node.doorman.showing import Face
from node.ports import Clock


class Watching(Protocol):
    """A reader's thread."""

    @property
    def readings(self) -> tuple[int, int]:
        """How many readings were clear, and how many were not."""
        ...

    def start(self) -> None:
        """Look from now on."""
        ...

    def stop(self) -> None:
        """Look no more."""
        ...


def reader_of(wired: Reader, parts: DoormanParts, put: Callable[[object], None], clock: Clock) -> Watching:
    """The reader of this node; a part of the bench's or a test's goes before."""
    if parts.make_reader is None and wired.kind == TYPING and wired.event is not None:
        from node.doorman.reader.typed import Format  # noqa: PLC0415
        from node.doorman.reader.wedge import Wedge  # noqa: PLC0415

        return Wedge(wired.event, Format(wired.written, wired.uid_bytes), put, clock)
    if parts.make_reader is None and wired.kind == PCSC:
        from node.doorman.reader import pcsc  # noqa: PLC0415

        return Poller(pcsc.maker(wired.named), put, clock)
    return Poller(parts.make_reader or _chip(wired, parts.pause_us), put, clock)


def face_of(fitted: Fittings, put: Callable[[object], None] | None = None) -> Face:
    """Light, sound, display and tablet, as far as they are fitted; `put` takes what is pressed on the tablet."""
    faces: list[Face] = []
    if fitted.kind in ("ring", "oled"):
        from node.doorman.face.ring import RingFace  # noqa: PLC0415

        faces.append(RingFace((fitted.red, fitted.green, fitted.blue, fitted.buzzer), fitted.site))
    if fitted.kind == "oled":
        from node.doorman.face.oled import OledFace, device  # noqa: PLC0415  Pillow comes with the extra [pi]

        faces.append(OledFace(device(fitted.display, fitted.i2c_bus, fitted.i2c_address), fitted.site))
    if fitted.kiosk_port is not None:
        from node.doorman.face.kiosk.server import KioskFace  # noqa: PLC0415

        faces.append(KioskFace(fitted.kiosk_host, fitted.kiosk_port, fitted.site, put))
    if fitted.keypad is not None and put is not None:
        faces.append(_numpad(fitted.keypad, put, fitted.site))
    if not faces:
        return SimulatedFace(fitted.site)
    return faces[0] if len(faces) == 1 else SeveralFaces(*faces)


def _numpad(device: Path, put: Callable[[object], None], site: str) -> Face:
    from node.doorman.face.numpad import NumpadFace  # noqa: PLC0415
    from node.doorman.reader.wedge import Keys  # noqa: PLC0415

    return NumpadFace(lambda press, told: Keys(device, press, told), put, site)


@runtime_checkable
class Settles(Protocol):
    """A face that can say whether its display took what was sent."""

    def settled(self, wait_s: float) -> bool:
        """Whether it stands there, within that time."""
        ...


@runtime_checkable
class Pressable(Protocol):
    """A face with buttons."""

    @property
    def pressable(self) -> bool:
        """Whether somebody can press them."""
        ...


def keypad_of(face: Face) -> bool:
    """Whether a code can be typed at this machine: a tablet without its port is none, and a keypad counts as one is fitted."""
    faces = face.faces if isinstance(face, SeveralFaces) else (face,)
    return any(one.pressable for one in faces if isinstance(one, Pressable))


def shown_by(face: Face) -> bool | None:
    """Whether every display took what was sent; None where none can say."""
    faces = face.faces if isinstance(face, SeveralFaces) else (face,)
    told = [one.settled(0) for one in faces if isinstance(one, Settles)]
    return all(told) if told else None


def _chip(wired: Reader, pause_us: Callable[[int], None] | None) -> Callable[[], Any]:
    never = Event()

    def wait(span_us: int) -> None:
        never.wait(span_us / 1_000_000)

    def make() -> Any:
        from node.doorman.reader.fenced import FencedReader  # noqa: PLC0415  it needs spidev, which a PC lacks

        return FencedReader(wired.bus, wired.device, wired.reset_pin, pause_us=pause_us or wait)

    return make
