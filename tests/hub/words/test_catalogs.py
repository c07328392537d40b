"""Is every sentence there in French, Dutch and English, with the same places to fill?"""

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from hub.words.catalogs import FOLDER, catalog, count_text, text
from hub.words.languages import LANGUAGES, best_language, known_language

ROOT = Path(__file__).parents[3]
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
KEYWORDS = {"_": None, "mark": None, "mark_many": (1, 2), "gettext": None, "ngettext": (1, 2)}
PLACES = re.compile(r"%\(\w+\)s|\{\w*(?::\w+)?\}")


def written_in_the_house():
    found = extract_from_dir(ROOT / "hub", METHODS, keywords=KEYWORDS)
    return {message if isinstance(message, str) else message[0] for _, _, message, _, _ in found}


def in_catalog(lang):
    with (FOLDER / lang / "LC_MESSAGES" / "messages.po").open("rb") as source:
        return [message for message in read_po(source, locale=lang) if message.id]


def both(value):
    return (value,) if isinstance(value, str) else tuple(value)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_sentence_of_the_house_is_translated(lang):
    done = {both(message.id)[0] for message in in_catalog(lang) if lang == "en" or all(both(message.string))}
    house = written_in_the_house()
    assert len(house) > 300
    assert not house - done


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_is_fuzzy_and_nothing_is_left_over(lang):
    house = written_in_the_house()
    for message in in_catalog(lang):
        assert not message.fuzzy
        assert both(message.id)[0] in house, message.id


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_translation_has_the_places_of_its_sentence(lang):
    for message in in_catalog(lang):
        forms = [set(PLACES.findall(form)) for form in both(message.id)]  # "this date" needs no number
        for said, wanted in zip(both(message.string), forms, strict=True):
            assert not said or set(PLACES.findall(said)) == wanted, message.id


def test_french_keeps_a_space_that_does_not_break_before_its_punctuation():
    for message in in_catalog("fr"):
        for said in both(message.string):
            assert not re.search(r" [:;?!]", said), said


def test_a_language_that_nobody_speaks_here_reads_french():
    assert catalog("de") is not None
    assert text("de", "Free") == text("fr", "Free") == "Libre"


def test_one_and_many_differ():
    seats = ("%(count)s seat free", "%(count)s seats free")
    assert count_text("en", *seats, 1) == "1 seat free"
    assert count_text("nl", *seats, 3) == "3 plaatsen vrij"


def test_the_best_language_is_the_one_wanted_most_of_those_spoken():
    assert best_language([("de", 1.0), ("nl-BE", 0.8), ("en", 0.9)]) == "en"
    assert best_language([("en", 0.0)]) == "fr"
    assert best_language([]) == "fr"
    assert known_language("NL-be") == "nl"
    assert known_language(None) == "fr"
