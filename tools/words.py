"""Is every sentence of the screens there in every language? `check` says what lacks; `collect` adds new ones.

English is the source: a sentence in code or template is the key of its translations.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from tools.terminal import done

FOLDER = Path("hub/words/translations")
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2"), ("**/templates/**.txt", "jinja2")]
KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "mark": None,
    "mark_many": (1, 2),
    "text": (2,),
    "count_text": (2, 3),
}
Message = str | tuple[str, ...] | list[str] | None


def spoken() -> Catalog:
    """Every sentence that code and templates say."""
    found = Catalog(charset="utf-8")
    for name, line, message, comments, _ in extract_from_dir(
        "hub", method_map=METHODS, keywords=KEYWORDS, comment_tags=("Translators:",)
    ):
        if message:
            found.add(message, locations=[(f"hub/{name}", line)], auto_comments=comments)
    return found


def catalogs() -> dict[str, Catalog]:
    """The catalog of each language."""
    found = {}
    for path in sorted(FOLDER.glob("*/LC_MESSAGES/messages.po")):
        with path.open("rb") as source:
            found[path.parts[-3]] = read_po(source, locale=path.parts[-3])
    return found


def lacking(language: str, catalog: Catalog, sentences: Catalog) -> Iterator[str]:
    """One line per sentence that this language lacks, or has wrong."""
    for message in sentences:
        if not message.id:
            continue
        entry = catalog.get(message.id)
        if entry is None or (language != "en" and not _said(entry.string)):
            yield f"{language}: no translation of {message.id!r} ({message.locations[0][0]}:{message.locations[0][1]})"
        elif entry.fuzzy:
            yield f"{language}: unsure (fuzzy) {message.id!r}"
    for message, errors in catalog.check():
        yield from (f"{language}: {message.id!r}: {error}" for error in errors)


def _said(string: Message) -> bool:
    return all(string) if isinstance(string, list | tuple) else bool(string)


def check() -> int:
    """0 when every language says everything."""
    sentences = spoken()
    found = [
        line for language, catalog in catalogs().items() for line in lacking(language, catalog, sentences)
    ]
    found += [f"{each}: no catalog" for each in ("fr", "nl") if each not in catalogs()]
    print("\n".join(found) if found else "every sentence is there in every language")
    return 1 if found else 0


def collect() -> int:
    """Add the new sentences to every catalog; what nobody says any more stays at the end as a comment."""
    sentences = spoken()
    for language, catalog in catalogs().items():
        catalog.update(sentences, no_fuzzy_matching=True)
        with (FOLDER / language / "LC_MESSAGES" / "messages.po").open("wb") as target:
            write_po(target, catalog, width=110, omit_header=False, sort_output=True)
    done(f"{len(sentences)} sentences; now translate the empty ones in {FOLDER}")
    return 0


if __name__ == "__main__":
    sys.exit(collect() if sys.argv[1:] == ["collect"] else check())
