"""Does a mail reach a real mail server: once, in time, under TLS, and only who it is for?"""

import threading
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from icalendar import Calendar

from hub.mail.carriers import SmtpPost
from hub.mail.postman import AT_ONCE, FIRST_WAIT, GIVEN_UP_AFTER, LEASE, Postman
from hub.ports.post import Letter, NotSent
from hub.services.giving_back import cancel
from hub.services.reserving import Wish, reserve
from hub.settings import Mail
from tests.cast import ADC, NOW
from tests.hub.mail.conftest import PUBLIC
from tests.hub.mail.smtp_server import Habits, MailServer, certificate_for, listening

HOUR = timedelta(hours=1)
pytestmark = pytest.mark.loopback
SENDER, AMELIE = "loquet@lab.example", "amélie@lab.example"


@pytest.fixture
def server():
    with listening() as one:
        yield one


def plain(port, **more):
    return Mail(**({"host": "127.0.0.1", "port": port, "sender": SENDER, "tls": "none"} | more))


def postman_to(store, clock, port, **more):
    return Postman(store, clock, SmtpPost(plain(port, **more)), PUBLIC)


def book(store, cast, lang="en", machine="LAS-1"):
    store.write(lambda tx: tx.people.change(cast.amelie, {"lang": lang}))
    wish = Wish(machine, cast.amelie, NOW + HOUR, NOW + 2 * HOUR, cast.amelie)
    return store.write(lambda tx: reserve(tx, wish, NOW))


def letter(to=AMELIE):
    return Letter("<1.2@hub.example>", to, "Hello", "text\n.\n..dots", "en", NOW)


def read(taken):
    return message_from_bytes(taken.data, policy=policy.default)


def part(message, kind):
    (found,) = [one for one in message.walk() if one.get_content_type() == kind]
    return found


@pytest.mark.parametrize(
    ("lang", "subject", "summary"),
    [
        ("fr", "Réservé", "Réservation LAS-1"),
        ("nl", "Gereserveerd", "Reservatie LAS-1"),
        ("en", "Booked", "Booking LAS-1"),
    ],
)
def test_a_booking_arrives_in_the_member_s_language_with_its_calendar_entry(
    store, cast, clock, server, lang, subject, summary
):
    made = book(store, cast, lang)
    assert postman_to(store, clock, server.port).run() == 1
    (taken,) = server.taken
    assert (taken.sender, taken.recipients) == (SENDER, [AMELIE])
    message = read(taken)
    assert subject in message["Subject"]
    assert message["Content-Language"] == lang
    (event,) = Calendar.from_ical(part(message, "text/calendar").get_content()).walk("VEVENT")
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (made.start, made.end)
    assert str(event["SUMMARY"]) == summary


def test_dots_and_accents_arrive_as_they_were_written(server):
    SmtpPost(plain(server.port)).send(letter())
    assert part(read(server.taken[0]), "text/plain").get_content().split() == ["text", ".", "..dots"]


def test_a_server_that_is_down_gets_the_mail_once_when_it_is_back(store, cast, clock):
    with listening() as gone:
        port = gone.port
    book(store, cast)
    postman = postman_to(store, clock, port)
    assert [postman.run(), postman.run()] == [0, 0]
    with listening() as back:
        postman = Postman(store, clock, SmtpPost(plain(back.port)), PUBLIC)
        clock.at = NOW + FIRST_WAIT - timedelta(milliseconds=1)
        assert postman.run() == 0
        clock.at = NOW + FIRST_WAIT
        assert [postman.run(), postman.run()] == [1, 0]
        clock.at = NOW + GIVEN_UP_AFTER
        assert postman.run() == 0
        assert len(back.taken) == 1


@pytest.mark.parametrize(
    ("habits", "for_good"),
    [
        (Habits(refuses={AMELIE: 550}), True),
        (Habits(refuses={AMELIE: 450}), False),
        (Habits(after_data=451), False),
        (Habits(greeting=421), False),
    ],
)
def test_what_the_server_does_not_take_is_tried_again_unless_the_address_is_none(habits, for_good):
    with listening(habits=habits) as server, pytest.raises(NotSent) as why:
        SmtpPost(plain(server.port)).send(letter())
    assert why.value.for_good is for_good
    assert server.taken == []


def test_a_member_whose_address_is_refused_holds_up_no_other(store, cast, clock):
    with listening(habits=Habits(refuses={AMELIE: 550})) as server:
        book(store, cast)
        wish = Wish("LAS-2", cast.bram, NOW + HOUR, NOW + 2 * HOUR, cast.bram)
        store.write(lambda tx: reserve(tx, wish, NOW))
        postman = postman_to(store, clock, server.port)
        assert postman.run() == 1
        assert [taken.recipients for taken in server.taken] == [["bram@lab.example"]]
        clock.at = NOW + GIVEN_UP_AFTER
        assert postman.run() == 0
    assert server.said.count("RCPT") == 2


@pytest.mark.parametrize("goodbye", [221, 421, 500])
def test_a_mail_that_was_taken_is_not_sent_again_because_of_a_bad_goodbye(store, cast, clock, goodbye):
    with listening(habits=Habits(goodbye=goodbye)) as server:
        book(store, cast)
        postman = postman_to(store, clock, server.port)
        assert postman.run() == 1
        clock.at = NOW + GIVEN_UP_AFTER
        assert postman.run() == 0
        assert len(server.taken) == 1


def test_under_starttls_the_letter_and_the_password_travel_in_secret(tmp_path):
    certificate = certificate_for(tmp_path, "127.0.0.1")
    word = tmp_path / "word"
    word.write_text("s3cret\n")
    with listening(certificate, Habits(login=("loquet", "s3cret"))) as server:
        settings = plain(server.port, tls="starttls", ca=certificate, user="loquet", password_file=word)
        SmtpPost(settings).send(letter())
    assert [(one.secure, one.user) for one in server.taken] == [(True, "loquet")]
    assert server.said[:2] == ["EHLO", "STARTTLS"]


@pytest.mark.parametrize("case", ["no offer", "another's certificate", "nobody vouches"])
def test_where_tls_is_asked_for_nothing_is_sent_without_it(tmp_path, case):
    host = "mail.example" if case == "another's certificate" else "127.0.0.1"
    certificate = certificate_for(tmp_path, host)
    offered = case != "no offer"
    with listening(certificate if offered else None, Habits(starttls=offered)) as server:
        ca = None if case == "nobody vouches" else certificate
        with pytest.raises(NotSent) as why:
            SmtpPost(plain(server.port, tls="starttls", ca=ca)).send(letter())
    assert not why.value.for_good
    assert (server.taken, "MAIL" in server.said) == ([], False)


def test_a_cancellation_takes_the_entry_out_of_the_calendar_that_took_it_in(store, cast, clock, server):
    made = book(store, cast)
    postman = postman_to(store, clock, server.port)
    postman.run()
    amelie = store.read(lambda tx: tx.people.get(cast.amelie))
    store.write(lambda tx: cancel(tx, tx.bookings.get(made.id), amelie, NOW))
    postman.run()
    dated = [message for message in map(read, server.taken) if message.is_multipart()]
    first, last = (Calendar.from_ical(part(one, "text/calendar").get_content()) for one in dated)
    (event,), (gone,) = first.walk("VEVENT"), last.walk("VEVENT")
    assert (str(last["METHOD"]), str(gone["STATUS"])) == ("CANCEL", "CANCELLED")
    assert (gone["UID"], int(gone["SEQUENCE"]) > int(event["SEQUENCE"])) == (event["UID"], True)


def test_two_postmen_at_a_slow_server_send_each_letter_once(store, cast, clock, post, server):
    """The second one comes when the first has been at it for longer than its lease."""
    for _ in range(AT_ONCE):
        payload = {"template": "waiting.expired", "params": {}}
        store.write(lambda tx, given=payload: tx.outbox.put(ADC, "mail", cast.amelie, given, NOW))
    carry, second = post.send, Postman(store, clock, post, PUBLIC)

    def slowly(given: Letter) -> None:
        carry(given)
        clock.at += timedelta(seconds=40)
        if clock.at >= NOW + LEASE and threading.current_thread() is threading.main_thread():
            post.send = carry
            second.run()

    post.send = slowly
    Postman(store, clock, post, PUBLIC).run()
    post.send = carry
    clock.at += 2 * LEASE
    second.run()
    names = [one.name for one in post.letters]
    assert sorted(names) == sorted(set(names))
    assert len(names) == AT_ONCE


def test_a_server_of_the_tests_is_gone_when_it_is_closed():
    server = MailServer()
    server.close()
    with pytest.raises(NotSent):
        SmtpPost(plain(server.port)).send(letter())
