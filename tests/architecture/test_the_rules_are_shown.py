"""Does every rule of the booking engine say where it lives and what shows it, and is that there?"""

import re

from tests.architecture.conftest import ROOT

PAGE = ROOT / "docs" / "rules.md"
NUMBER = re.compile(r"\b[RESI]\d{1,2}\b")
SCOPE = frozenset(
    [f"R{n:02}" for n in (*range(1, 25), *range(32, 40), *range(46, 50), *range(51, 54), 62)]
    + [f"E{n:02}" for n in (*range(1, 13), *range(21, 28), 30, *range(32, 36))]
    + [f"I{n}" for n in (1, 11, 12, 13, 15)]
    + [f"S{n:02}" for n in (1, 2, 3, 5, 6, 7, 8, 9, 11, 12, 14, 23, 25, 26, 27, 28, 31, 43, 45)]
)


def rows() -> list[tuple[list[str], list[str], list[str]]]:
    """(numbers, files, tests) of each row."""
    told = [line for line in PAGE.read_text().splitlines() if line[:1] == "|" and NUMBER.match(line[2:])]
    lines = [line.strip("|").split("|") for line in told]
    return [
        (NUMBER.findall(rule), re.findall(r"`([\w/]+\.py)`", where), re.findall(r"`(test_\w+)`", shown))
        for rule, where, shown in lines
    ]


def files_by_test() -> dict[str, list[str]]:
    """The text of each file in which a test of this name stands."""
    found: dict[str, list[str]] = {}
    for file in (ROOT / "tests").rglob("test_*.py"):
        text = file.read_text()
        for name in re.findall(r"def (test_\w+)", text):
            found.setdefault(name, []).append(text)
    return found


def test_every_rule_of_the_booking_engine_has_a_row_or_is_said_to_be_missing() -> None:
    missing = PAGE.read_text().split("## Not built yet")[1]
    told = {number for numbers, _, _ in rows() for number in numbers} | set(NUMBER.findall(missing))
    assert sorted(SCOPE - told) == []


def test_every_file_and_every_test_of_the_page_is_there() -> None:
    tests = files_by_test()
    for numbers, files, names in rows():
        assert files, numbers
        assert names, numbers
        assert [file for file in files if not (ROOT / file).exists()] == [], numbers
        assert [name for name in names if name not in tests] == [], numbers


def test_one_of_the_files_that_show_a_rule_quotes_its_number() -> None:
    tests = files_by_test()
    for numbers, _, names in rows():
        texts = [text for name in names for text in tests.get(name, ())]
        quoted = re.compile("|".join(rf"(?:\b|_){number}(?:\b|_)" for number in numbers), re.IGNORECASE)
        assert any(quoted.search(text) for text in texts), numbers
