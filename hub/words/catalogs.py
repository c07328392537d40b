"""Where is the translation of an English sentence? In the .po files beside this module, always.

The .po text is compiled in memory when a language is first asked for: a fresh clone needs no build step and a
stale .mo can never be served.
"""

import gettext
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from hub.words.languages import known_language

FOLDER = Path(__file__).parent / "translations"


def mark(sentence: str) -> str:
    """Mark an English sentence for the catalogs and give it back; translation happens where it is shown."""
    return sentence


def mark_many(one: str, many: str) -> tuple[str, str]:
    """The same for a singular and its plural."""
    return one, many


@cache
def catalog(lang: str) -> gettext.GNUTranslations:
    """The compiled catalog of a language; an unspoken one gets the lab's first."""
    path = FOLDER / known_language(lang) / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as source:
        messages = read_po(source, locale=known_language(lang))
    compiled = BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def one_stop(said: str) -> str:
    """A Dutch hour ends with a full stop of its own ("14.00 u."): at the end of a sentence one is enough."""
    return said.replace("\u00a0u..", "\u00a0u.")


def text(lang: str, sentence: str, **params: object) -> str:
    """An English sentence in `lang`, with its `%(name)s` places filled."""
    said = catalog(lang).gettext(sentence)
    return one_stop(said % params) if params else said


def count_text(lang: str, one: str, many: str, count: int, **params: object) -> str:
    """The singular or plural of a sentence for `count` in `lang`, `%(count)s` filled unless given."""
    return one_stop(catalog(lang).ngettext(one, many, count) % {"count": count, **params})
