"""How does each letter look on a small display? Our own 5x7 shapes, stretched to 10, in a cell of 6 by 16.

A cell: 3 rows for the accent of a capital, 10 for the letter, 3 for what hangs below. Accented letters are
put together from their parts (NFD), so that names of all Latin alphabets are written; the rest is a box.
"""

import unicodedata
from functools import cache
from typing import Final

WIDE, HIGH = 6, 16
STRETCHED: Final = (0, 1, 1, 2, 3, 3, 4, 5, 5, 6, 7, 7, 8)  # row of the shape for each row below the accent
TOP: Final = 3
SHAPES: Final[dict[str, str]] = {
    " ": "",
    "!": "04 04 04 04 04 00 04",
    '"': "0a 0a",
    "#": "0a 0a 1f 0a 1f 0a 0a",
    "$": "04 0f 14 0e 05 1e 04",
    "%": "18 19 02 04 08 13 03",
    "&": "0c 12 14 08 15 12 0d",
    "'": "04 04",
    "(": "02 04 08 08 08 04 02",
    ")": "08 04 02 02 02 04 08",
    "*": "00 04 15 0e 15 04",
    "+": "00 04 04 1f 04 04",
    ",": "00 00 00 00 00 00 04 04 08",
    "-": "00 00 00 1f",
    ".": "00 00 00 00 00 00 0c",
    "/": "00 01 02 04 08 10",
    "0": "0e 11 13 15 19 11 0e",
    "1": "04 0c 04 04 04 04 0e",
    "2": "0e 11 01 06 08 10 1f",
    "3": "1f 02 04 02 01 11 0e",
    "4": "02 06 0a 12 1f 02 02",
    "5": "1f 10 1e 01 01 11 0e",
    "6": "06 08 10 1e 11 11 0e",
    "7": "1f 01 02 04 08 08 08",
    "8": "0e 11 11 0e 11 11 0e",
    "9": "0e 11 11 0f 01 02 0c",
    ":": "00 00 0c 00 00 00 0c",
    ";": "00 00 04 00 00 00 04 04 08",
    "<": "02 04 08 10 08 04 02",
    "=": "00 00 1f 00 1f",
    ">": "08 04 02 01 02 04 08",
    "?": "0e 11 01 02 04 00 04",
    "@": "0e 11 17 15 17 10 0e",
    "A": "0e 11 11 1f 11 11 11",
    "B": "1e 11 11 1e 11 11 1e",
    "C": "0e 11 10 10 10 11 0e",
    "D": "1e 11 11 11 11 11 1e",
    "E": "1f 10 10 1e 10 10 1f",
    "F": "1f 10 10 1e 10 10 10",
    "G": "0e 11 10 17 11 11 0f",
    "H": "11 11 11 1f 11 11 11",
    "I": "0e 04 04 04 04 04 0e",
    "J": "07 02 02 02 02 12 0c",
    "K": "11 12 14 18 14 12 11",
    "L": "10 10 10 10 10 10 1f",
    "M": "11 1b 15 15 11 11 11",
    "N": "11 19 19 15 13 13 11",
    "O": "0e 11 11 11 11 11 0e",
    "P": "1e 11 11 1e 10 10 10",
    "Q": "0e 11 11 11 15 12 0d",
    "R": "1e 11 11 1e 14 12 11",
    "S": "0f 10 10 0e 01 01 1e",
    "T": "1f 04 04 04 04 04 04",
    "U": "11 11 11 11 11 11 0e",
    "V": "11 11 11 11 11 0a 04",
    "W": "11 11 11 15 15 1b 11",
    "X": "11 11 0a 04 0a 11 11",
    "Y": "11 11 0a 04 04 04 04",
    "Z": "1f 01 02 04 08 10 1f",
    "[": "0e 08 08 08 08 08 0e",
    "\\": "00 10 08 04 02 01",
    "]": "0e 02 02 02 02 02 0e",
    "^": "04 0a 11",
    "_": "00 00 00 00 00 00 1f",
    "`": "08 04",
    "a": "00 00 0e 01 0f 11 0f",
    "b": "10 10 1e 11 11 11 1e",
    "c": "00 00 0e 11 10 11 0e",
    "d": "01 01 0f 11 11 11 0f",
    "e": "00 00 0e 11 1f 10 0e",
    "f": "06 09 08 1c 08 08 08",
    "g": "00 00 0f 11 11 11 0f 01 0e",
    "h": "10 10 16 19 11 11 11",
    "i": "04 00 0c 04 04 04 0e",
    "j": "02 00 06 02 02 02 02 12 0c",
    "k": "10 10 12 14 18 14 12",
    "l": "0c 04 04 04 04 04 0e",
    "m": "00 00 1a 15 15 15 15",
    "n": "00 00 16 19 11 11 11",
    "o": "00 00 0e 11 11 11 0e",
    "p": "00 00 1e 11 11 11 1e 10 10",
    "q": "00 00 0f 11 11 11 0f 01 01",
    "r": "00 00 16 19 10 10 10",
    "s": "00 00 0f 10 0e 01 1e",
    "t": "08 08 1c 08 08 09 06",
    "u": "00 00 11 11 11 13 0d",
    "v": "00 00 11 11 11 0a 04",
    "w": "00 00 11 11 15 15 0a",
    "x": "00 00 11 0a 04 0a 11",
    "y": "00 00 11 11 11 11 0f 01 0e",
    "z": "00 00 1f 02 04 08 1f",
    "{": "06 04 04 08 04 04 06",
    "|": "04 04 04 04 04 04 04",
    "}": "0c 04 04 02 04 04 0c",
    "~": "00 00 08 15 02",
    "·": "00 00 00 04",
    "€": "06 09 1c 08 1c 09 06",
    "°": "0e 0a 0e",
    "«": "00 05 0a 14 0a 05",
    "»": "00 14 0a 05 0a 14",
    "ß": "0e 11 11 16 11 11 16",
    "Æ": "0f 14 14 1f 14 14 17",
    "æ": "00 00 1a 05 0f 14 0f",
    "Ø": "0f 11 13 15 19 11 1e",
    "ø": "00 00 0f 13 15 19 1e",
    "Œ": "0f 14 14 17 14 14 0f",
    "œ": "00 00 0e 15 17 14 0f",
    "Ł": "08 08 0a 0c 18 08 0f",
    "ł": "0c 04 06 0c 04 04 0e",
    "Đ": "0e 09 09 1d 09 09 0e",
    "đ": "02 07 0e 12 12 12 0e",
    "ı": "00 00 0c 04 04 04 0e",
    "ȷ": "00 00 06 02 02 02 02 12 0c",
    "…": "00 00 00 00 00 00 15",
}  # seven rows and two below; 10 is the left edge, 01 the right
SAME: Final = {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "×": "x", "\u00a0": " "}
ABOVE: Final = {
    "\u0300": (0x08, 0x04),  # grave
    "\u0301": (0x02, 0x04),  # acute
    "\u0302": (0x04, 0x0A),  # circumflex
    "\u0303": (0x0D, 0x16),  # tilde
    "\u0304": (0x00, 0x0E),  # macron
    "\u0306": (0x11, 0x0E),  # breve
    "\u0307": (0x00, 0x04),  # dot
    "\u0308": (0x00, 0x0A),  # diaeresis
    "\u030a": (0x04, 0x0A, 0x04),  # ring
    "\u030b": (0x05, 0x0A),  # double acute
    "\u030c": (0x0A, 0x04),  # caron
}
BELOW: Final = {
    "\u0327": (0x04, 0x0C),
    "\u0328": (0x04, 0x06),
    "\u0326": (0x04, 0x08),
}  # cedilla, ogonek, comma
DOTLESS: Final = {"i": "ı", "j": "ȷ"}
BOX: Final = (0x1F, 0x11, 0x11, 0x11, 0x11, 0x11, 0x1F, 0, 0)
LOWER_X: Final = 2  # rows of the stretched letter that stay free above small letters, less the gap


@cache
def glyph(letter: str) -> tuple[int, ...]:
    """Sixteen rows of five bits, the highest at the left."""
    parts = unicodedata.normalize("NFD", SAME.get(letter, letter)) or " "
    base, marks = parts[0], parts[1:]
    if any(mark in ABOVE for mark in marks):
        base = DOTLESS.get(base, base)
    rows = [0] * TOP + [_shape(base)[row] for row in STRETCHED]
    low = base.islower() and not any(rows[TOP : TOP + LOWER_X])
    for mark in marks:
        for row, bits in enumerate(ABOVE.get(mark, ())):
            rows[row + (TOP if low else 0)] |= bits
        for row, bits in enumerate(BELOW.get(mark, ())):
            rows[TOP + 10 + row] |= bits
    return tuple(rows)


def known(letter: str) -> bool:
    """Whether a letter has a shape, and is no box."""
    return unicodedata.normalize("NFD", SAME.get(letter, letter))[0] in SHAPES


def _shape(letter: str) -> tuple[int, ...]:
    if letter not in SHAPES:
        return BOX
    rows = [int(row, 16) for row in SHAPES[letter].split()]
    return tuple(rows + [0] * (9 - len(rows)))
