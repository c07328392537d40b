"""How is a PC/SC reader (a USB reader with a driver, pcscd) asked for the badge? GET DATA, once a look.

The poller drives it like the chip on SPI: `read_uid`, `alive`. pyscard is an extra (`pip install
loquet[pcsc]`); nothing else here knows it.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol

from node.doorman.reader.iso14443 import Unclear

GET_UID: Final = [0xFF, 0xCA, 0x00, 0x00, 0x00]  # PC/SC part 3, 3.2.2.1.3: the UID, its whole length
DONE: Final = (0x90, 0x00)
LENGTHS: Final = (4, 7, 10)


class Card(Protocol):
    """One card in reach: pyscard's connection, as far as it is used."""

    def connect(self) -> None:
        """Open it. Raises `Context.absent` without a card, `Context.broken` otherwise."""
        ...

    def transmit(self, octets: list[int]) -> tuple[list[int], int, int]:
        """One command; the answer and its two status bytes."""
        ...

    def disconnect(self) -> None:
        """Close it."""
        ...


class Context(Protocol):
    """pyscard, or a test's stand-in; the two tuples are the classes of its exceptions."""

    absent: tuple[type[Exception], ...]
    broken: tuple[type[Exception], ...]

    def readers(self) -> Sequence[Any]:
        """The readers that are plugged in, each with `createConnection() -> Card`."""
        ...


class PcscReader:
    """The first reader whose name holds `named`."""

    def __init__(self, context: Context, named: str) -> None:
        self._context, self._named = context, named
        self._reader: Any = None

    def alive(self) -> bool:
        """Whether the reader is plugged in."""
        try:
            found = [one for one in self._context.readers() if self._named.lower() in str(one).lower()]
        except self._context.broken:
            found = []
        self._reader = found[0] if found else None
        return self._reader is not None

    def MFRC522_Init(self) -> None:  # noqa: N802  the poller's name for it, after the package of the chip
        """Nothing to set: the driver does it."""

    def Close_MFRC522(self) -> None:  # noqa: N802  the same
        """Nothing to give back."""
        self._reader = None

    def read_uid(self) -> bytes | None:
        """The card's UID, None without one. Raises Unclear, and OSError when the reader has gone."""
        if self._reader is None:
            raise OSError("no such reader")
        try:
            card = self._reader.createConnection()
            card.connect()
        except self._context.absent:
            return None
        except self._context.broken as problem:
            raise OSError("the reader has gone") from problem
        return self._asked(card)

    def _asked(self, card: Card) -> bytes:
        try:
            answer, *status = card.transmit(GET_UID)
            card.disconnect()
        except (*self._context.absent, *self._context.broken) as problem:
            raise Unclear("the card went while it was read") from problem
        if tuple(status) != DONE or len(answer) not in LENGTHS:
            raise Unclear("no UID in the answer")
        return bytes(answer)


def maker(named: str) -> Callable[[], PcscReader]:
    """What makes the reader. Raises ImportError, when it is called, without pyscard."""

    def make() -> PcscReader:
        return PcscReader(_Installed(), named)

    return make


class _Installed:
    """pyscard itself."""

    def __init__(self) -> None:
        from smartcard import Exceptions, System  # noqa: PLC0415  an extra, which most nodes lack

        self.absent: tuple[type[Exception], ...] = (
            Exceptions.NoCardException,
            Exceptions.CardConnectionException,
        )
        self.broken: tuple[type[Exception], ...] = (Exceptions.SmartcardException,)
        self._system = System

    def readers(self) -> Sequence[Any]:
        """The readers that pcscd knows."""
        found: Sequence[Any] = self._system.readers()
        return found
