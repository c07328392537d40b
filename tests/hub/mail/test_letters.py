"""What does a member read? The answer first, in his language, and one link that changes nothing by itself."""

import ast
import re
from email import message_from_bytes, policy
from pathlib import Path

import pytest
import vobject

from core.sanctions import Act
from hub.mail.carriers import FolderPost
from hub.mail.envelope import message_of
from hub.ports.post import Letter, NotSent
from hub.services.giving_back import cancel
from hub.services.reserving import Wish, reserve
from hub.words.letters import LETTERS, SILENT
from tests.cast import ADC, NOW
from tests.hub.mail.test_postman import HOUR

SERVICES = Path(__file__).parents[3] / "hub" / "services"
TELLING = {"tell", "mail", "mail_person"}


def occasions(source):
    """The first dotted words of every call that sends a mail; of an f-string, what it begins with."""
    for call in ast.walk(ast.parse(source)):
        if isinstance(call, ast.Call) and getattr(call.func, "attr", "") in TELLING:
            for given in call.args:
                if isinstance(given, ast.Constant) and "." in str(given.value):
                    yield given.value


def sent(store, cast, postman, post, lang, template=None, **params):
    store.write(lambda tx: tx.people.change(cast.amelie, {"lang": lang}))
    wish = Wish("LAS-1", cast.amelie, NOW + HOUR, NOW + 2 * HOUR, cast.amelie)
    made = store.write(lambda tx: reserve(tx, wish, NOW))
    postman.run()
    if template is not None:
        payload = {"template": template, "reservation": made.id, "params": params}
        store.write(lambda tx: tx.outbox.put(ADC, "mail", cast.amelie, payload, NOW))
        postman.run()
    return made, post.letters[-1]


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("fr", ("Bonjour", "mardi 24 novembre", "10:00–11:00")),
        ("nl", ("Dag", "dinsdag 24 november", "10:00–11:00")),
        ("en", ("Hello", "Tuesday 24 November", "10:00–11:00")),
    ],
)
def test_each_reads_his_own_language_and_the_lab_s_local_time(store, cast, postman, post, lang, words):
    _, letter = sent(store, cast, postman, post, lang)
    assert all(word in letter.text for word in words)
    assert letter.lang == lang


def test_the_only_link_opens_the_page_that_asks_whether_to_cancel(store, cast, postman, post):
    made, letter = sent(store, cast, postman, post, "en")
    assert re.findall(r"https?://\S+", letter.text) == [f"https://hub.example/reservations/{made.id}/cancel"]


def test_a_calendar_program_takes_the_booking_in_and_the_cancellation_out(store, cast, postman, post):
    made, letter = sent(store, cast, postman, post, "fr")
    event = vobject.readOne(letter.calendar.decode()).vevent
    assert (event.dtstart.value, event.dtend.value) == (made.start, made.end)
    amelie = store.read(lambda tx: tx.people.get(cast.amelie))
    store.write(lambda tx: cancel(tx, tx.bookings.get(made.id), amelie, NOW))
    postman.run()
    dated = [
        one for one in post.letters if one.calendar is not None
    ]  # what it costs is said in a mail of its own
    gone = vobject.readOne(dated[-1].calendar.decode())
    assert (gone.method.value, gone.vevent.status.value) == ("CANCEL", "CANCELLED")
    assert gone.vevent.uid.value == event.uid.value
    assert int(gone.vevent.sequence.value) > int(event.sequence.value)


@pytest.mark.parametrize("template", sorted(set(LETTERS) - SILENT))
@pytest.mark.parametrize("lang", ["fr", "nl", "en"])
def test_every_occasion_has_a_whole_letter_in_every_language(store, cast, postman, post, template, lang):
    given = {"expires": "2026-11-24T09:30:00.000Z", "until": "2026-12-01T09:30:00.000Z", "cause": "no-show"}
    _, letter = sent(store, cast, postman, post, lang, template, entry="x", reason="reason", **given)
    assert not re.search(r"%\(|\{\w+\}|None", letter.subject + letter.text)
    assert "  " not in letter.subject
    assert letter.text.count("https://hub.example/") == 1


def test_every_mail_that_a_service_sends_has_words():
    named = {name for path in SERVICES.rglob("*.py") for name in occasions(path.read_text(encoding="utf-8"))}
    assert {"reservation.held", "waiting.offer"} <= named
    assert named - set(LETTERS) - SILENT == set()


def test_every_act_upon_a_warning_has_words():
    assert {f"strike.{act}" for act in Act} <= set(LETTERS)


@pytest.mark.parametrize(
    ("template", "given", "said"),
    [
        ("reservation.cancelled", {"late": True}, "half a warning"),
        ("reservation.cancelled", {"late": False}, "free for others"),
        ("reservation.no_show", {"strike": False}, "counts for nothing"),
        ("reservation.no_show", {"strike": True}, "tell us"),
    ],
)
def test_a_mail_says_whether_it_counts_against_one(store, cast, postman, post, template, given, said):
    _, letter = sent(store, cast, postman, post, "en", template, **given)
    assert said in letter.text


def test_other_free_times_come_as_links_that_open_the_booking_page(store, cast, postman, post):
    slot = {"machine": "LAS-2", "start": "2026-11-24T13:00:00.000Z", "end": "2026-11-24T14:00:00.000Z"}
    _, letter = sent(
        store, cast, postman, post, "en", "reservation.cancelled_lab", alternatives=[slot], reason="lens"
    )
    assert "LAS-2, Tuesday 24 November 14:00–15:00: https://hub.example/machines/LAS-2/book?" in letter.text
    assert "Reason: lens" in letter.text


@pytest.mark.parametrize(("lang", "said"), [("fr", "objectif"), ("nl", "lens"), ("en", "the lens")])
def test_a_reason_said_in_three_languages_is_read_in_one_s_own(store, cast, postman, post, lang, said):
    why = {"fr": "objectif", "nl": "lens", "en": "the lens"}
    _, letter = sent(store, cast, postman, post, lang, "reservation.cancelled_lab", reason=why)
    assert f": {said}\n" in letter.text


def test_a_reason_that_nobody_gave_leaves_no_empty_line(store, cast, postman, post):
    _, letter = sent(store, cast, postman, post, "en", "reservation.cancelled_lab")
    assert "Reason" not in letter.text


def test_what_a_person_typed_becomes_no_header_and_no_second_line(store, cast, postman, post, tmp_path):
    typed = "x\r\nBcc: all@lab.example\n\n=cmd|' /C calc'!A0" + "y" * 9000
    store.write(lambda tx: tx.people.change(cast.amelie, {"short": typed, "name": typed}))
    _, letter = sent(store, cast, postman, post, "en", "strike.upheld", reason=typed, cause=typed)
    FolderPost(tmp_path, "loquet@localhost").send(letter)
    (path,) = tmp_path.glob("*.eml")
    read = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert read["Bcc"] is None
    assert (read["To"], read["Auto-Submitted"]) == ("amélie@lab.example", "auto-generated")
    assert read["Date"].datetime == NOW
    assert len(letter.text) < 3000


@pytest.mark.parametrize("to", ["", "nobody", "a@b\r\nBcc: c@d", "a b@c", "<a@b>", "a@b,c@d"])
def test_an_address_that_is_none_is_given_up_for_good(to):
    with pytest.raises(NotSent) as refused:
        message_of(Letter("<1@x>", to, "Hello", "text", "en", NOW), "loquet@lab.example")
    assert refused.value.for_good


@pytest.mark.parametrize("template", sorted(set(LETTERS) - SILENT))
def test_a_mail_of_which_something_is_missing_leaves_all_the_same(store, cast, postman, post, template):
    """Whatever a service forgot to say, its line is left out; nobody waits for a mail that never comes."""
    before = len(sent(store, cast, postman, post, "en")[1].text) and len(post.letters)
    store.write(lambda tx: tx.outbox.put(ADC, "mail", cast.amelie, {"template": template, "params": {}}, NOW))
    assert postman.run() == 1
    assert len(post.letters) == before + 1
    assert not re.search(r"%\(|None", post.letters[-1].subject + post.letters[-1].text)
