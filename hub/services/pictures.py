"""Is this a picture that we keep? It is made anew: a JPEG of at most 1600 pixels a side, and nothing in it but what one sees.

1. What it is, its first bytes say: JPEG, PNG or WebP, whatever it is called. 2. A few bytes that unfold into a wall of pixels are
refused before they unfold. 3. Place, time and camera that a phone writes into its pictures do not come in, nor does anything else.
"""

import io
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from hub.ports import Busy

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_BYTES: Final = 5 * 1024 * 1024  # of what is sent: a phone's usual picture has 2 to 4 MB
LONGEST_SIDE: Final = 1600  # pixels: a crack in a lens is still seen, and it takes some 300 kB
MOST_PIXELS: Final[Mapping[str, int]] = {"JPEG": 50_000_000, "PNG": 16_000_000, "WEBP": 16_000_000}
"""A JPEG is read at a half, a quarter, an eighth; the others unfold wholly, 4 bytes a pixel, and a Pi has 512 MB."""
QUALITY: Final = 80
WAIT_S: Final = 5.0  # for who came before: past it the hub is busy
MEDIA_TYPE: Final = "image/jpeg"
SIGNS: Final = ((b"\xff\xd8\xff", 0, "JPEG"), (b"\x89PNG\r\n\x1a\n", 0, "PNG"), (b"WEBP", 8, "WEBP"))
_one_at_a_time = threading.Lock()  # whoever else unfolds a picture meanwhile would need as much memory again


class Wrong(StrEnum):
    """What is wrong with what was sent."""

    TOO_LARGE = "too-large"
    TOO_MANY_PIXELS = "too-many-pixels"
    NO_PICTURE = "no-picture"


def clean(sent: bytes) -> bytes | Wrong:
    """The picture made anew. Raises Busy where others' pictures are still being made. Takes up to a second: never in a transaction."""
    if len(sent) > MOST_BYTES:
        return Wrong.TOO_LARGE
    kind = next((name for sign, at, name in SIGNS if sent[at : at + len(sign)] == sign), None)
    if kind is None:
        return Wrong.NO_PICTURE
    with _alone():
        return _made_anew(sent, kind)


@contextmanager
def _alone() -> Iterator[None]:
    if not _one_at_a_time.acquire(timeout=WAIT_S):
        raise Busy("another picture is being made")
    try:
        yield
    finally:
        _one_at_a_time.release()


def _made_anew(sent: bytes, kind: str) -> bytes | Wrong:
    from PIL import Image as images  # noqa: N813, PLC0415 -- a hub to which nobody sends pictures does without its 8 MB

    try:
        with images.open(io.BytesIO(sent), formats=[kind]) as seen:
            if seen.width * seen.height > MOST_PIXELS[kind]:
                return Wrong.TOO_MANY_PIXELS
            return _as_jpeg(_on_white(_made_small(seen)))
    except (images.DecompressionBombError, images.DecompressionBombWarning):
        return Wrong.TOO_MANY_PIXELS
    except Exception:  # noqa: BLE001 -- whatever a decoder says of bytes that somebody put together: it is no picture
        return Wrong.NO_PICTURE


def _made_small(seen: "Image") -> "Image":
    """As large as we keep it, and as its camera was held."""
    from PIL import ImageOps  # noqa: PLC0415

    size = (LONGEST_SIDE, LONGEST_SIDE)
    seen.draft("RGB", size)  # a JPEG need not be unfolded wholly
    small = seen.convert("RGBA" if seen.has_transparency_data else "RGB")
    small.thumbnail(size)
    return ImageOps.exif_transpose(small)


def _on_white(small: "Image") -> "Image":
    """Its pixels alone, on a sheet of their own: what else the file held stays behind."""
    from PIL import Image as images  # noqa: N813, PLC0415

    sheet = images.new("RGB", small.size, "white")
    sheet.paste(small, mask=small.getchannel("A") if small.mode == "RGBA" else None)
    return sheet


def _as_jpeg(sheet: "Image") -> bytes:
    made = io.BytesIO()
    sheet.save(made, "JPEG", quality=QUALITY, optimize=True)
    return made.getvalue()
