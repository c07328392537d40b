"""How is one table of a settings file read? Key by key, each of its type; a refusal names file, line and key.

Rule: a key that nobody asked for is refused (a typing mistake must not become a default).
"""

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Final, TypeVar

Value = TypeVar("Value", str, int, bool)
_WORDS: Final = {str: "a text", int: "a whole number", bool: "true or false"}


class SettingsError(ValueError):
    """A settings file cannot be used; the text names file, line and key."""


class Section:
    """One table of the file, read key by key; what was not asked for is refused at the end."""

    def __init__(self, file: Path, text: str, name: str, table: object) -> None:
        self._file, self._text, self._name = file, text, name
        if not isinstance(table, dict):
            raise self.problem(None, "is no table")
        self._left = dict(table)
        self.given = bool(table)

    def get(self, key: str, kind: type[Value], default: Value | None = None) -> Value:
        """The value at `key`, of that type; without a default it must be there."""
        found = self._left.pop(key, default)
        if found is None:
            raise self.problem(None, f"`{key}` is missing")
        if not isinstance(found, kind) or (kind is int and isinstance(found, bool)):
            raise self.problem(key, f"`{key}` must be {_WORDS[kind]}")
        return found

    def one_of(self, key: str, words: Iterable[str], default: str | None = None) -> str:
        """The word at `key`, which must be one of `words` (or the default itself)."""
        known = tuple(words)
        found = self.get(key, str, default)
        if found not in known and found != default:
            raise self.problem(key, f"`{key}` must be one of {', '.join(known)}")
        return found

    def words(self, key: str, known: tuple[str, ...]) -> tuple[str, ...]:
        """The list of words at `key`, each of them one of `known`."""
        found = self._left.pop(key, None)
        if not isinstance(found, list) or not all(isinstance(word, str) and word in known for word in found):
            raise self.problem(key, f"`{key}` must be a list of {', '.join(known)}")
        return tuple(found)

    def within(self, key: str, least: int, most: int, default: int | None = None) -> int:
        """The whole number at `key`, from `least` to `most`."""
        found = self.get(key, int, default)
        if not least <= found <= most:
            raise self.problem(key, f"`{key}` must be {least} to {most}")
        return found

    def path(self, key: str, base: Path) -> Path | None:
        """The path at `key`, taken from the file's own folder, or None."""
        found = self.get(key, str, "")
        return base / found if found else None

    def done(self) -> None:
        """Refuse the keys nobody asked for."""
        for key in self._left:
            raise self.problem(key, f"`{key}` is unknown here")

    def problem(self, key: str | None, words: str) -> SettingsError:
        """The refusal, with the line where the key (or its table) stands."""
        return SettingsError(f"{self._file}:{line_of(self._text, self._name, key)}: [{self._name}] {words}")


def line_of(text: str, table: str, key: str | None) -> int:
    """The line of `key` in `[table]`, of the table's head without one, 1 when neither is there."""
    head, inside = 1, False
    for number, line in enumerate(text.splitlines(), start=1):
        bare = line.strip()
        if bare.startswith("["):
            inside = bare.startswith(f"[{table}]")
            head = number if inside else head
        elif inside and key is not None and re.match(rf'"?{re.escape(key)}"?\s*=', bare):
            return number
    return head


def sections_of(file: Path, names: tuple[str, ...]) -> dict[str, Section]:
    """The file's tables of these names, empty where absent; any other is refused. Raises SettingsError."""
    try:
        text = file.read_text(encoding="utf-8")
        tables = tomllib.loads(text)
    except OSError as problem:
        raise SettingsError(f"{file}: cannot be read ({problem.strerror})") from problem
    except ValueError as problem:
        raise SettingsError(f"{file}: {problem}") from problem
    for name in tables:
        if name not in names:
            raise SettingsError(f"{file}:{line_of(text, name, None)}: [{name}] is unknown")
    return {name: Section(file, text, name, tables.get(name, {})) for name in names}
