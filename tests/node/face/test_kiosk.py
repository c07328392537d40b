"""The tablet beside the machine: the same moment as the display, and nothing more about anybody."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from http.client import HTTPConnection
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.case import Objection
from core.vocabulary import Inhibit, Phase, Reason
from node.doorman.face import screens
from node.doorman.face.kiosk.server import KioskFace, hostname
from node.doorman.face.kiosk.speech import WORDS
from node.doorman.face.kiosk.telling import DENIED_MS, Asked, told
from node.doorman.face.texts import LANGUAGES
from node.doorman.showing import Day, Said, Screen, Showing, Word
from tests.node.face.scenes import AMELIE, BRAM, OPEN, SITE, minutes, scenes, spoken

DAY = Day(minutes(-240), minutes(240), ((minutes(-180), minutes(-120)), (minutes(60), minutes(150))))
FREE = replace(OPEN, day=DAY, slot=BRAM, title="Trotec Speedy 400")
MISSING = Objection(Reason.CERT_MISSING, {"course": "LAS1"})
LAPSED = Objection(Reason.MEMBER_EXPIRED)


def denied(at_ms: int = 0, lang: str | None = "nl") -> Showing:
    return replace(FREE, now_ms=at_ms, said=Said(Word.DENIED, 0, lang, (MISSING, LAPSED)))


def test_a_free_machine_says_so_in_three_languages_and_until_when() -> None:
    said = told(FREE, SITE)
    assert (said["kind"], said["word"], said["facts"]) == ("free", "Libre", ["jusqu’à 15h00"])
    assert [one["text"] for one in said["others"]] == ["vrij", "free"]
    assert (said["hint"], said["side"]["note"]) == ("Passez votre badge", "Ensuite Bram, de 15h00 à 16h00.")


def test_whoever_chose_no_name_is_a_booking() -> None:
    nameless = told(replace(FREE, slot=replace(BRAM, name="")), SITE)
    assert nameless["side"]["note"] == "Ensuite une réservation, de 15h00 à 16h00."


def test_a_session_counts_its_minutes_down_in_the_persons_language() -> None:
    used = replace(
        FREE, phase=Phase.IN_USE, guest=replace(AMELIE, lang="nl"), now=minutes(12.5), now_ms=60_000
    )
    said = told(used, SITE)
    assert (said["small"], said["word"], said["unit"]) == ("Dag Amélie", "48", "min")
    assert (said["facts"], said["side"]["rows"]) == (["tot 15.00 u."], [["Daarna", "Bram om 15.00 u."]])
    assert said["lang"] == "nl"


def test_time_over_counts_up_and_colours_nobody_elses_slot_as_the_session() -> None:
    slot = replace(BRAM, start=minutes(60), end=minutes(150))
    over = replace(FREE, phase=Phase.ENDING, guest=AMELIE, slot=slot, now=minutes(84), alarm=True)
    said = told(over, SITE)
    assert (said["kind"], said["word"], said["unit"]) == ("ending", "24", "min de trop")
    assert said["facts"] == ["Équipe prévenue"]
    assert {block["kind"] for block in said["side"]["ruler"]["blocks"]} == {"booked"}


def test_a_refusal_is_told_to_the_person_with_every_reason_and_the_way() -> None:
    said = told(denied(), SITE)
    assert (said["kind"], said["word"], said["lang"]) == ("deny", "Nog niet", "nl")
    assert said["cards"] == [
        {"what": "Opleiding vereist LAS1", "way": "Schrijf je in"},
        {"what": "Lidgeld vernieuwen", "way": "Ga naar het onthaal"},
    ]
    assert said["side"]["qr"]["path"]
    assert said["left_s"] == 30


def test_a_refusal_goes_after_thirty_seconds_or_when_it_is_closed() -> None:
    assert told(denied(DENIED_MS - 1), SITE)["kind"] == "deny"
    assert told(denied(DENIED_MS), SITE)["kind"] == "free"
    stamp = told(denied(), SITE)["stamp"]
    assert told(denied(), SITE, Asked(stamp))["kind"] == "free"
    assert told(denied(), SITE, Asked("DENY 7"))["kind"] == "deny"


@pytest.mark.parametrize("code", [Reason.SEE_DESK, Reason.CREDIT, Reason.MEMBER_SUSPENDED])
def test_what_is_private_is_not_told_on_a_tablet_either(code: Reason) -> None:
    private = replace(FREE, said=Said(Word.DENIED, 0, "en", (Objection(code, {"course": "LAS1"}),)))
    said = told(private, SITE)
    assert said["cards"] == [{"what": "Not possible here", "way": "See the front desk"}]
    assert "qr" not in said["side"] or not said["side"]["qr"]


def test_offline_the_state_stays_and_says_that_known_badges_work() -> None:
    said = told(replace(FREE, online=False), SITE)
    assert (said["kind"], said["offline"]) == ("free", "Hors ligne, badges connus acceptés")


def test_an_emergency_stop_comes_before_the_extraction_that_runs_on() -> None:
    stopped = replace(FREE, phase=Phase.RUN_ON, phase_until_ms=60_000, inhibits=frozenset({Inhibit.ESTOP}))
    said = told(stopped, SITE)
    assert (said["kind"], said["word"], said["facts"][-1]) == ("out", "ARRÊT D'URGENCE", "Extraction 1:00")


@pytest.mark.parametrize("name", sorted(scenes()))
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_state_has_its_page_with_a_colour_and_a_word(name: str, lang: str) -> None:
    said = told(replace(spoken(scenes()[name], lang), day=DAY), SITE)
    assert said["word"]
    assert said["kind"] in {"free", "booked", "use", "ending", "out", "closed", "offline", "deny"}
    json.dumps(said)


def test_a_page_names_nobody_whom_the_display_would_not_name() -> None:
    for name, showing in scenes().items():
        hidden = replace(
            showing,
            guest=showing.guest and replace(showing.guest, name=""),
            slot=showing.slot and replace(showing.slot, name=""),
        )
        said = json.dumps(told(replace(hidden, day=DAY), SITE), ensure_ascii=False)
        assert "Bram" not in said, name
        assert "Amélie" not in said, name


@given(now_min=st.integers(-600, 600), start=st.integers(-600, 600), long=st.integers(0, 300))
def test_nothing_leaves_the_ruler(now_min: int, start: int, long: int) -> None:
    day = replace(DAY, taken=((minutes(start), minutes(start + long)),))
    drawn = told(replace(FREE, day=day, now=minutes(now_min)), SITE)["side"]["ruler"]
    assert 0 <= drawn["now"] <= 100
    assert all(block["x"] >= 0 and block["x"] + block["w"] <= 100.01 for block in drawn["blocks"])
    assert all(0 <= tick["x"] <= 100 for tick in drawn["ticks"])


def test_the_three_languages_have_the_same_sentences_with_the_same_places() -> None:
    for key in WORDS["fr"]:
        places = {tuple(sorted(re.findall(r"\{\w+\}", WORDS[lang][key]))) for lang in LANGUAGES}
        assert len(places) == 1, key
    assert {frozenset(WORDS[lang]) for lang in LANGUAGES} == {frozenset(WORDS["fr"])}


def test_the_colours_are_those_of_the_hubs_pages() -> None:
    own = Path("node/doorman/face/kiosk/kiosk.css").read_text()
    house = Path("hub/web/static/loquet.css").read_text()
    for name in ("free", "booked", "use", "ending", "out", "closed", "ink", "ink2", "sunk", "edge", "tape"):
        light, *dark = re.findall(rf"--{name}: (#[0-9a-f]+);", own)
        pair = f"light-dark({light}, {dark[0]})" if dark else light
        state = re.search(rf"\.is-{name} {{[^}}]*--c: {re.escape(pair)}", house)
        assert state or f"--{name}: {pair}" in house, name


# -- the server


@pytest.fixture
def kiosk() -> Iterator[KioskFace]:
    made = KioskFace("127.0.0.1", 0, SITE)
    yield made
    made.close()


def ask(
    kiosk: KioskFace, path: str, method: str = "GET", **headers: str
) -> tuple[int, bytes, dict[str, str]]:
    line = HTTPConnection("127.0.0.1", kiosk.port, timeout=10)
    line.request(method, path, headers=headers)
    answer = line.getresponse()
    body = answer.read()
    line.close()
    return answer.status, body, dict(answer.getheaders())


def test_the_page_and_its_parts_are_served_under_a_strict_policy(kiosk: KioskFace) -> None:
    for path in ("/", "/kiosk.css", "/kiosk.js"):
        status, body, headers = ask(kiosk, path)
        assert status == 200
        assert body
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert b"style=" not in body


def test_the_state_is_the_moment_shown_and_is_sent_once(kiosk: KioskFace) -> None:
    assert ask(kiosk, "/state.json")[1] == b"{}"
    assert kiosk.show(FREE) == screens.screen(FREE, SITE)
    status, body, headers = ask(kiosk, "/state.json")
    assert (status, json.loads(body)["word"]) == (200, "Libre")
    assert ask(kiosk, "/state.json", **{"If-None-Match": headers["ETag"]})[:2] == (304, b"")


@pytest.mark.parametrize(
    "path", ["/fonts/../server.py", "/server.py", "/fonts/x.woff2", "//etc/passwd", "/words.json"]
)
def test_no_other_file_is_ever_opened(kiosk: KioskFace, path: str) -> None:
    assert ask(kiosk, path)[0] == 404


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "[", ""])
def test_a_page_of_elsewhere_cannot_read_it_through_a_name_of_its_own(kiosk: KioskFace, host: str) -> None:
    assert ask(kiosk, "/state.json", Host=host)[0] == 421


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"])
def test_it_is_read_and_pressed_and_nothing_else(kiosk: KioskFace, method: str) -> None:
    assert ask(kiosk, "/state.json", method=method)[0] == 501


def test_a_port_that_is_taken_harms_nobody(kiosk: KioskFace) -> None:
    second = KioskFace("127.0.0.1", kiosk.port or 0, SITE)
    assert second.port is None
    shown = second.show(FREE)
    assert isinstance(shown, Screen)
    second.close()


@given(st.text(max_size=40))
def test_whatever_stands_in_the_host_header_is_a_name_or_none(host: str) -> None:
    assert isinstance(hostname(host), str)
