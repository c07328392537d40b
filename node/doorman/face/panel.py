"""What lies on the 128 by 64 dots? A screen's four lines, or a QR code beside them: one picture, dot for dot. Pure.

The first line of a page says the state and stands inverted; with a QR code the dots left are a square of
light, as a telephone wants it, and ten letters a line remain.
"""

from typing import Final

from PIL import Image

from node.doorman.face.glyphs import HIGH, WIDE, glyph
from node.doorman.face.qr import modules
from node.doorman.showing import Screen

SIZE: Final = (128, 64)
SQUARE: Final = 64
FEWER: Final = (SIZE[0] - SQUARE) // WIDE  # letters of a line beside a QR code
DOTS: Final = 2  # a module's width and height


def picture(screen: Screen) -> Image.Image:
    """The screen as a picture of mode "1", lit dots 1."""
    drawn = Image.new("1", SIZE)
    code = _code(screen.qr)
    if code is None:
        for number, line in enumerate(screen.lines):
            _write(drawn, line, (1, number * HIGH), inverted=number == 0 and bool(line))
        return drawn
    drawn.paste(code, (0, 0))
    for number, line in enumerate(screen.lines):
        _write(drawn, line[:FEWER], (SQUARE + 3, number * HIGH), inverted=False)
    return drawn


def _write(drawn: Image.Image, line: str, at: tuple[int, int], *, inverted: bool) -> None:
    left, top = at
    if inverted:
        drawn.paste(1, (0, top, SIZE[0], top + HIGH))
    for place, letter in enumerate(line):
        for row, bits in enumerate(glyph(letter)):
            for column in range(5):
                if bits >> (4 - column) & 1:
                    drawn.putpixel((left + place * WIDE + column, top + row), 0 if inverted else 1)


def _code(address: str) -> Image.Image | None:
    """A lit square with the code in its middle, None where there is none."""
    rows = modules(address)
    if rows is None:
        return None
    square = Image.new("1", (SQUARE, SQUARE), 1)
    begin = (SQUARE - len(rows) * DOTS) // 2
    for row, line in enumerate(rows):
        for column, dark in enumerate(line):
            if dark:
                left, top = begin + column * DOTS, begin + row * DOTS
                square.paste(0, (left, top, left + DOTS, top + DOTS))
    return square
