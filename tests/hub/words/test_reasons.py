"""Does every refusal say in three languages what is wrong and what to do about it?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.access import NEXT
from core.vocabulary import Reason
from hub.words import next_step, say
from hub.words.languages import LANGUAGES
from hub.words.reasons import places
from hub.words.sentences import SENTENCES, STEPS, USUAL_STEP

AT = "2026-11-24T13:00:00.000Z"
PARAMS = {  # what core gives with each code
    Reason.CERT_MISSING: {"course": "LAS1"},
    Reason.CERT_EXPIRED: {"course": "LAS1", "until": AT},
    Reason.CERT_DORMANT: {"course": "LAS1", "until": AT},
    Reason.LAB_CLOSED: {"opens": AT},
    Reason.OCCUPIED: {"until": AT},
    Reason.RESERVED_OTHER: {"until": AT, "held": None},
    Reason.LAST_START: {"last": AT},
    Reason.TOO_SHORT: {"minutes": 9},
    Reason.GRID: {"step": 15, "proposals": [AT, "2026-11-24T13:15:00.000Z"]},
    Reason.DURATION: {"min": 30, "max": 120, "minutes": 15},
    Reason.HORIZON: {"days": 14, "opens": AT},
    Reason.INVALID: {"field": "start"},
}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("code", list(Reason))
def test_every_reason_has_a_sentence_and_a_next_step(code, lang):
    for params in ({}, PARAMS.get(code, {})):
        said, step = say(code, params, lang), next_step(code, NEXT.get(code), params, lang)
        assert said.endswith((".", "u."))
        assert step.endswith(".")
        assert "{" not in said + step
        assert said != say("NO_SUCH_CODE", {}, lang)


@pytest.mark.parametrize("code", list(Reason))
def test_the_last_sentence_of_a_code_needs_no_parameter(code):
    assert not places(SENTENCES[code][-1])
    assert USUAL_STEP[code] in STEPS
    assert not places(STEPS[USUAL_STEP[code]][-1])


@pytest.mark.parametrize(
    ("lang", "kind", "said"),
    [
        ("fr", "water", "l’eau de refroidissement."),
        ("nl", "compressor", "de compressor."),
        ("en", "extraction", "the extraction."),
        ("fr", "Big fan", "Big fan."),  # what goes by the name that staff gave it
    ],
)
def test_what_machines_share_is_said_in_the_readers_language(lang, kind, said):
    assert say(Reason.RESOURCE_DOWN, {"resource": kind}, lang).endswith(said)


def test_every_next_step_that_the_decision_names_is_known():
    assert set(NEXT.values()) <= set(STEPS)


@pytest.mark.parametrize("code", list(Reason))
def test_french_and_dutch_are_no_english(code):
    said = {lang: say(code, PARAMS.get(code, {}), lang) for lang in LANGUAGES}
    assert len(set(said.values())) == 3


def test_instants_are_said_in_the_labs_time_and_each_languages_way():
    params = PARAMS[Reason.OCCUPIED]
    assert "14h00" in say(Reason.OCCUPIED, params, "fr")
    assert "14.00\u00a0u." in say(Reason.OCCUPIED, params, "nl")
    assert "14:00" in say(Reason.OCCUPIED, params, "en")
    assert "14:00 / 14:15" in say(Reason.GRID, PARAMS[Reason.GRID], "en")
    assert "24/11/2026" in say(Reason.CERT_EXPIRED, PARAMS[Reason.CERT_EXPIRED], "en")


def test_the_named_step_wins_over_the_usual_one():
    usual = next_step(Reason.CERT_MISSING, None, {"course": "LAS1"}, "en")
    named = next_step(Reason.CERT_MISSING, "see_desk", {"course": "LAS1"}, "en")
    assert "LAS1" in usual
    assert named == "Please come to the front desk."
    assert next_step(Reason.CERT_MISSING, "no_such_step", {"course": "LAS1"}, "en") == usual
    assert next_step("NO_SUCH_CODE", None, {}, "en") == "Ask at the front desk."


@given(
    st.sampled_from(list(Reason)),
    st.dictionaries(
        st.sampled_from(["course", "until", "opens", "last", "min", "max", "proposals", "field", "minutes"]),
        st.none() | st.integers() | st.text() | st.lists(st.text(), max_size=3) | st.just(AT),
    ),
    st.sampled_from(LANGUAGES),
)
def test_whatever_the_parameters_something_is_said(code, params, lang):
    assert say(code, params, lang)
    assert next_step(code, None, params, lang)


def test_slots_are_written_alike_in_every_language_and_end_with_one_full_stop():
    for lang in ("fr", "nl", "en"):
        said = say(Reason.GRID, PARAMS[Reason.GRID], lang)
        assert "14:00 / 14:15" in said
        assert ".." not in said


def test_a_dutch_hour_at_the_end_of_a_sentence_ends_it() -> None:
    assert "u." in say(Reason.OCCUPIED, PARAMS[Reason.OCCUPIED], "nl")
    assert say(Reason.OCCUPIED, PARAMS[Reason.OCCUPIED], "nl").count("..") == 0
