"""What can be pressed on the tablet, from where, and what is made of it?"""

import json
from collections.abc import Iterator
from dataclasses import replace
from http.client import HTTPConnection
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.case import Objection
from core.vocabulary import Inhibit, Phase, Reason, SessionKind
from node.doorman.events import Button, PinTyped, Pressed
from node.doorman.face.kiosk import asking, offering
from node.doorman.face.kiosk.estimating import estimates
from node.doorman.face.kiosk.pressing import MALFORMED, TOO_LATE, judged, turn_of
from node.doorman.face.kiosk.server import HERE, MOST_PRESSES, KioskFace
from node.doorman.face.kiosk.telling import Asked, told
from node.doorman.face.screens import screen
from node.doorman.face.texts import LANGUAGES
from node.doorman.showing import Day, Said, Showing, Word
from tests.node.face.scenes import AMELIE, BRAM, OPEN, SITE, minutes, scenes

DAY = Day(minutes(-240), minutes(240), ((minutes(60), minutes(150)),))
FREE = replace(OPEN, day=DAY, slot=BRAM, family="laser", taught=True)
USED = replace(FREE, phase=Phase.IN_USE, guest=replace(AMELIE, session="session-1"), now=minutes(20))
ASKED = replace(FREE, said=Said(Word.PIN, 0, "en", ends_ms=30_000))


def offers(showing: Showing) -> list[str]:
    return [one["do"] for one in told(showing, SITE)["buttons"]]


def press(showing: Showing, **asked: Any) -> Any:
    body = {"turn": turn_of(showing), **asked}
    return judged(json.dumps(body).encode(), showing, lambda: "id-1")


# -- what is offered


def test_whoever_works_is_offered_more_time_the_end_and_a_report() -> None:
    assert offers(USED) == ["extend", "finish", "report"]
    assert told(USED, SITE)["buttons"][0] == {"do": "extend", "text": "Prolonger", "main": True}


def test_a_free_machine_offers_a_report_and_a_sign_off_where_a_course_is_needed() -> None:
    assert offers(FREE) == ["report", "extend"]
    assert offers(replace(FREE, taught=False)) == ["report"]


def test_maintenance_is_finished_and_never_prolonged() -> None:
    driss = replace(USED, guest=replace(AMELIE, kind=SessionKind.MAINTENANCE, session="s"))
    assert offers(driss) == ["finish", "report"]


def test_a_danger_that_stands_is_not_reported_again() -> None:
    assert "report" not in offers(replace(FREE, inhibits=frozenset({Inhibit.DANGER})))


def test_a_person_who_is_refused_is_left_alone_with_the_reasons() -> None:
    refused = replace(FREE, said=Said(Word.DENIED, 0, "nl", (Objection(Reason.CERT_MISSING),)))
    assert offers(refused) == []


def test_a_silent_keeper_offers_nothing() -> None:
    assert offers(replace(USED, keeper=False)) == []
    assert offers(replace(FREE, phase=None)) == []


def test_an_item_of_the_list_has_one_button_and_it_is_not_said_twice() -> None:
    item = Said(Word.CHECK, 0, "nl", ends_ms=60_000, text="Noodstop en brand: getoond?", page=(1, 3))
    said = told(replace(FREE, said=item), SITE)
    assert [one["text"] for one in said["buttons"]] == ["Bevestigen"]
    assert said["facts"] == ["Noodstop en brand:", "getoond?"]


def test_a_sign_off_that_was_opened_by_mistake_is_closed_by_the_same_button() -> None:
    waiting = replace(FREE, said=Said(Word.SIGN_OFF, 0, None, text="trainer", ends_ms=60_000))
    assert [(one["do"], one["text"]) for one in told(waiting, SITE)["buttons"]] == [("extend", "Annuler")]


def test_the_end_is_asked_twice_and_says_what_becomes_of_the_job() -> None:
    assert "s’achève" in told(USED, SITE)["sure"]["note"]
    assert "tout de suite" in told(replace(USED, finishes=False), SITE)["sure"]["note"]
    assert told(FREE, SITE)["sure"] == {}


def test_the_pad_is_there_as_long_as_a_code_is_asked_for() -> None:
    assert told(ASKED, SITE)["pad"]["head"] == "Your code"
    assert told(replace(ASKED, now_ms=29_999), SITE)["pad"]
    assert told(replace(ASKED, now_ms=30_000), SITE)["pad"] == {}
    wrong = replace(ASKED, said=replace(ASKED.said, text="wrong"))
    assert (told(wrong, SITE)["word"], bool(told(wrong, SITE)["pad"])) == ("Wrong code", True)


def test_nobody_reads_a_language_but_the_persons_and_a_free_tablet_follows_the_finger() -> None:
    assert (told(FREE, SITE, Asked(lang="en"))["word"], told(FREE, SITE)["word"]) == ("Free", "Libre")
    assert told(FREE, SITE, Asked(lang="xx"))["word"] == "Libre"
    assert told(USED, SITE, Asked(lang="en"))["lang"] == "fr"
    assert (told(FREE, SITE)["choose"], told(USED, SITE)["choose"]) == (True, False)


@pytest.mark.parametrize("name", sorted(scenes()))
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_button_of_every_state_has_its_words(name: str, lang: str) -> None:
    said = told(replace(scenes()[name], day=DAY), SITE, Asked(lang=lang))
    assert all(one["text"] and len(one["text"]) <= 24 for one in said["buttons"])
    assert bool(said["sure"]) is ("finish" in offers(scenes()[name]))


# -- time enough?


def test_a_job_is_held_against_the_end_of_the_session() -> None:
    said = {one["text"]: one["fits"] for one in estimates(USED, "en")}
    assert said["30 min: done at 14:50, 10 min to spare."] is True
    assert said["45 min: 5 min too long."] is False


def test_at_the_minute_it_still_fits() -> None:
    exact = estimates(replace(USED, now=minutes(30)), "en")
    assert [one["fits"] for one in exact[:4]] == [True, True, True, True]
    assert exact[3]["text"] == "30 min: done at 15:00, 0 min to spare."
    assert not estimates(replace(USED, now=minutes(30.02)), "en")[3]["fits"]


def test_a_free_machine_counts_to_the_next_booking_or_to_closing() -> None:
    assert [one["fits"] for one in estimates(FREE, "en")].count(True) == 6  # 60 minutes to Bram
    assert all(one["fits"] for one in estimates(replace(FREE, slot=None), "en"))
    assert estimates(replace(FREE, closed=True), "en") == []


# -- what is believed


def test_a_press_names_the_session_it_was_meant_for() -> None:
    assert press(USED, do="extend") == Pressed(Button.EXTEND, "session-1")
    assert press(USED, do="finish") == Pressed(Button.FINISH, "session-1")
    reported = press(USED, do="report", category="tool", severity="danger")
    assert reported == Pressed(Button.REPORT, "session-1", "tool", "danger", "id-1")


def test_a_finger_that_comes_after_the_session_is_too_late() -> None:
    assert press(USED, do="finish", turn=turn_of(FREE)) == TOO_LATE
    next_one = replace(USED, guest=replace(AMELIE, session="session-2"))
    assert press(next_one, do="finish", turn=turn_of(USED)) == TOO_LATE


def test_what_is_not_offered_cannot_be_pressed() -> None:
    assert press(FREE, do="finish") == TOO_LATE
    assert press(replace(USED, keeper=False), do="extend") == TOO_LATE


@pytest.mark.parametrize(
    ("category", "severity"), [("", "danger"), ("tool", ""), ("tool", None), (7, "danger"), ("<b>", "fault")]
)
def test_a_report_has_one_of_our_words_for_what_and_how_bad(category: object, severity: object) -> None:
    assert press(USED, do="report", category=category, severity=severity) == MALFORMED


def test_a_code_is_taken_only_while_it_is_asked_for() -> None:
    assert press(ASKED, do="pin", digits="123456") == PinTyped("123456", 0)
    assert press(FREE, do="pin", digits="123456") == TOO_LATE
    assert press(replace(ASKED, now_ms=30_000), do="pin", digits="123456") == TOO_LATE


@pytest.mark.parametrize("digits", ["123", "1" * 13, "12a4", "", None, 1234, "١٢٣٤", "1234\n"])
def test_a_code_is_four_to_twelve_figures(digits: object) -> None:
    assert press(ASKED, do="pin", digits=digits) == MALFORMED


@pytest.mark.parametrize("length", [4, 12])
def test_the_shortest_and_the_longest_code_are_codes(length: int) -> None:
    assert press(ASKED, do="pin", digits="7" * length) == PinTyped("7" * length, 0)


def test_a_typed_code_stands_in_no_log() -> None:
    assert "123456" not in repr(PinTyped("123456"))


@given(
    st.binary(max_size=600) | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps)
)
def test_whatever_is_sent_is_an_event_or_a_refusal(body: bytes | str) -> None:
    raw = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
    assert judged(raw, USED, lambda: "id") in (MALFORMED, TOO_LATE)


@pytest.mark.parametrize("name", sorted(scenes()))
def test_what_is_offered_is_what_is_believed(name: str) -> None:
    showing = scenes()[name]
    offered = {one for one, _ in offering.offered(showing, screen(replace(showing, online=True)).name)}
    more = {"category": "other", "severity": "notice"}
    for button in Button:
        assert isinstance(press(showing, do=button, **more), Pressed) is (button in offered), button


def test_the_materials_are_told_in_three_languages_with_a_verdict_and_why() -> None:
    known = json.loads(HERE.joinpath("materials.json").read_text("utf-8"))
    verdicts = asking.panel(FREE, [(Button.REPORT, "report")], "fr")["tools"]["verdicts"]
    for one in known["laser"]:
        assert one["verdict"] in verdicts
        assert all(name and why for name, why in (one[lang] for lang in LANGUAGES))
    forbidden = [one["en"][0] for one in known["laser"] if one["verdict"] == "never"]
    assert any("PVC" in name for name in forbidden)


# -- from where


@pytest.fixture
def heard() -> list[object]:
    return []


@pytest.fixture
def kiosk(heard: list[object]) -> Iterator[KioskFace]:
    made = KioskFace("127.0.0.1", 0, SITE, heard.append)
    made.show(USED)
    yield made
    made.close()


def send(kiosk: KioskFace, asked: object, path: str = "/press", **changes: str | None) -> int:
    body = asked if isinstance(asked, bytes) else json.dumps(asked).encode()
    headers: dict[str, str | None] = {
        "Host": f"127.0.0.1:{kiosk.port}",
        "Origin": f"http://127.0.0.1:{kiosk.port}",
        "Content-Type": "application/json",
        "X-Loquet-Kiosk": kiosk.token,
        "Content-Length": str(len(body)),
        **{name.replace("_", "-"): value for name, value in changes.items()},
    }
    line = HTTPConnection("127.0.0.1", kiosk.port or 0, timeout=10)
    line.putrequest("POST", path, skip_host=True)
    for name, value in headers.items():
        if value is not None:
            line.putheader(name, value)
    line.endheaders(body)
    status = line.getresponse().status
    line.close()
    return status


FINISH = {"do": "finish", "turn": turn_of(USED)}


def test_a_press_on_this_page_reaches_the_doorman_once(kiosk: KioskFace, heard: list[object]) -> None:
    assert send(kiosk, FINISH) == 204
    assert heard == [Pressed(Button.FINISH, "session-1")]


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": None}, 403),
        ({"Origin": "null"}, 403),
        ({"X_Loquet_Kiosk": "guessed"}, 403),
        ({"X_Loquet_Kiosk": None}, 403),
        ({"X_Loquet_Kiosk": "\xe9"}, 403),
        ({"Host": "evil.example", "Origin": "http://evil.example"}, 421),
        ({"Content_Type": "text/plain"}, 415),
        ({"Content_Type": None}, 415),
        ({"Content_Length": None}, 411),
        ({"Content_Length": "-1"}, 411),
        ({"Content_Length": "513"}, 413),
        ({"Content_Length": "9" * 5_000}, 413),
    ],
)
def test_a_page_of_elsewhere_presses_nothing(
    kiosk: KioskFace, heard: list[object], changes: dict[str, str | None], status: int
) -> None:
    assert send(kiosk, FINISH, **changes) == status
    assert heard == []


def test_no_other_address_takes_a_press(kiosk: KioskFace, heard: list[object]) -> None:
    assert send(kiosk, FINISH, path="/state.json") == 404
    assert heard == []


def test_from_another_machine_it_is_a_page_for_reading(
    kiosk: KioskFace, heard: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("node.doorman.face.kiosk.server._Door._here", lambda _: False)
    assert send(kiosk, FINISH) == 403
    assert heard == []
    said = json.loads(kiosk.state(Asked(), here=False))
    assert (said["buttons"], "token" in said) == ([], False)
    assert json.loads(kiosk.state(Asked(), here=True))["token"] == kiosk.token


def test_a_page_that_nobody_listens_behind_offers_no_buttons() -> None:
    deaf = KioskFace("127.0.0.1", 0, SITE)
    deaf.show(USED)
    assert json.loads(deaf.state(Asked(), here=True))["buttons"] == []
    assert send(deaf, FINISH) == 403
    deaf.close()


def test_a_drumming_finger_is_passed_over_until_time_goes_by(kiosk: KioskFace, heard: list[object]) -> None:
    statuses = [send(kiosk, FINISH) for _ in range(MOST_PRESSES + 1)]
    assert statuses == [204] * MOST_PRESSES + [429]
    kiosk.show(replace(USED, now_ms=1_000))
    assert send(kiosk, FINISH) == 204


def test_before_the_first_moment_nothing_can_be_pressed() -> None:
    heard: list[object] = []
    new = KioskFace("127.0.0.1", 0, SITE, heard.append)
    assert send(new, FINISH) == 403
    assert heard == []
    new.close()
