"""Does the check of the translations see what lacks, what is unsure, and what lost its place?"""

from babel.messages import Catalog

from tools.words import lacking


def sentences():
    said = Catalog()
    said.add("Book until %(until)s", locations=[("hub/web/booking.py", 7)])
    return said


def french(text, **more):
    catalog = Catalog(locale="fr")
    catalog.add("Book until %(until)s", text, **more)
    return catalog


def test_a_sentence_in_place_is_fine():
    assert list(lacking("fr", french("Réserver jusqu’à %(until)s"), sentences())) == []


def test_a_sentence_that_nobody_translated_is_named_with_its_place():
    (line,) = lacking("fr", Catalog(locale="fr"), sentences())
    assert "hub/web/booking.py:7" in line


def test_an_empty_translation_counts_as_none():
    assert list(lacking("fr", french(""), sentences()))


def test_english_is_its_own_translation():
    assert list(lacking("en", french(""), sentences())) == []


def test_an_unsure_translation_is_named():
    assert "fuzzy" in "".join(lacking("fr", french("Réserver %(until)s", flags=["fuzzy"]), sentences()))


def test_a_lost_place_is_named():
    assert list(lacking("fr", french("Réserver jusqu’à %(end)s", flags=["python-format"]), sentences()))
