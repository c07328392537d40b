"""The display's pictures, one sheet a state with its three languages: `python -m tests.node.face.golden` makes them anew.

Look at what changed before you keep it: a sheet is what people will read.
"""

from pathlib import Path

from PIL import Image

from node.doorman.face.panel import SIZE, picture
from node.doorman.face.screens import screen
from node.doorman.face.texts import LANGUAGES
from node.doorman.showing import Showing
from tests.node.face.scenes import SITE, scenes, spoken

FOLDER = Path(__file__).parent / "golden"
GAP = 4


def sheet(showing: Showing) -> Image.Image:
    """French over Dutch over English."""
    drawn = Image.new("1", (SIZE[0], (SIZE[1] + GAP) * len(LANGUAGES) - GAP))
    for number, lang in enumerate(LANGUAGES):
        drawn.paste(picture(screen(spoken(showing, lang), SITE)), (0, number * (SIZE[1] + GAP)))
    return drawn


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.png"):
        old.unlink()
    for name, showing in scenes().items():
        sheet(showing).save(FOLDER / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
