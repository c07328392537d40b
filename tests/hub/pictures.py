"""Pictures as phones make them, and as nobody should."""

import io
import struct
import zlib

from PIL import Image

GPS = 0x8825


def picture(kind: str = "JPEG", size: tuple[int, int] = (64, 48), mode: str = "RGB", **more: object) -> bytes:
    """A red picture."""
    made = io.BytesIO()
    Image.new(mode, size, "red").save(made, kind, **more)
    return made.getvalue()


def with_place(size: tuple[int, int] = (64, 48), *, held: int = 1) -> bytes:
    """As a phone makes it: where it was taken, by what, and how the phone was `held` (EXIF orientation)."""
    exif = Image.Exif()
    exif[0x0112], exif[0x0110] = held, "Pocket Camera"
    exif.get_ifd(GPS).update({1: "N", 2: (50.0, 51.0, 12.0)})
    return picture(
        "JPEG", size, exif=exif, comment=b"taken by Bram", icc_profile=b"colours of the Pocket Camera"
    )


def bomb(width: int = 60_000, height: int = 60_000) -> bytes:
    """A PNG of some hundred bytes that says it has billions of pixels."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = chunk(b"IDAT", zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + rows + chunk(b"IEND", b"")


def opened(made: bytes) -> Image.Image:
    """The picture, to be looked at."""
    return Image.open(io.BytesIO(made))
