"""Does each mail leave once, after the commit, however often the server is down?"""

import threading
from datetime import timedelta

import pytest

from core.timeline import stamp
from hub.mail.postman import FIRST_WAIT, GIVEN_UP_AFTER, LEASE, LONGEST_WAIT, wait_after
from hub.ports.post import NotSent
from hub.services.reserving import Wish, reserve
from tests.cast import ADC, NOW

HOUR = timedelta(hours=1)
TICK = timedelta(milliseconds=1)


@pytest.fixture
def booked(store, cast):
    wish = Wish("LAS-1", cast.amelie, NOW + HOUR, NOW + 2 * HOUR, cast.amelie)
    return store.write(lambda tx: reserve(tx, wish, NOW))


def test_a_booking_brings_one_mail_and_never_a_second(postman, post, booked):
    assert (postman.run(), postman.run()) == (1, 0)
    (letter,) = post.letters
    assert letter.to == "amélie@lab.example"
    assert "LAS-1" in letter.subject


def test_what_was_rolled_back_is_not_said(store, cast, postman, post):
    def broken(tx):
        reserve(tx, Wish("LAS-1", cast.amelie, NOW + HOUR, NOW + 2 * HOUR, cast.amelie), NOW)
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        store.write(broken)
    assert postman.run() == 0


def test_a_server_that_is_down_makes_the_mail_later_by_a_minute(postman, post, clock, booked):
    post.broken = NotSent("down")
    assert postman.run() == 0
    post.broken = None
    clock.at = NOW + FIRST_WAIT - TICK
    assert postman.run() == 0
    clock.at = NOW + FIRST_WAIT
    assert postman.run() == 1


def test_a_mail_that_never_leaves_is_given_up_after_three_days(postman, post, clock, booked, store):
    post.broken = NotSent("down")
    postman.run()
    clock.at = NOW + GIVEN_UP_AFTER
    postman.run()
    tries = post.tries
    clock.at = NOW + 2 * GIVEN_UP_AFTER
    postman.run()
    assert (post.tries, store.read(lambda tx: tx.outbox.waiting(["mail"]))) == (tries, 0)


def test_an_address_that_is_refused_for_good_is_not_tried_again(postman, post, booked, clock):
    post.broken = NotSent("no such user", for_good=True)
    postman.run()
    clock.at = NOW + timedelta(days=1)
    postman.run()
    assert post.tries == 1


def test_a_crash_while_sending_sends_again_under_the_same_name(postman, post, clock, booked):
    class PowerCut(BaseException):
        pass

    names = []
    post.send = lambda letter: (names.append(letter.name), (_ for _ in ()).throw(PowerCut))[1].__next__()
    with pytest.raises(PowerCut):
        postman.run()
    del post.send
    clock.at = NOW + LEASE - TICK
    assert postman.run() == 0
    clock.at = NOW + LEASE
    assert postman.run() == 1
    assert [letter.name for letter in post.letters] == names


def test_rubbish_in_the_outbox_holds_up_nobody(store, cast, postman, post, booked):
    store.write(
        lambda tx: tx.outbox.put(
            ADC, "mail", cast.amelie, {"template": "strike.struck", "params": {"alternatives": [1]}}, NOW
        )
    )
    store.write(lambda tx: tx.outbox.put(ADC, "mail", "nobody", {"template": "reservation.made"}, NOW))
    assert postman.run() == 1
    assert store.read(lambda tx: tx.outbox.waiting(["mail"])) == 0


def test_a_closed_account_gets_no_mail(store, cast, postman, post, booked):
    store.write(lambda tx: tx.people.change(cast.amelie, {"active": False}))
    assert postman.run() == 0


def test_each_failure_waits_twice_as_long_up_to_six_hours():
    waits = [wait_after(2 * tries) for tries in range(12)]
    assert waits[:3] == [FIRST_WAIT, 2 * FIRST_WAIT, 4 * FIRST_WAIT]
    assert waits[-1] == LONGEST_WAIT
    assert wait_after(10**9) == LONGEST_WAIT


def test_the_postman_works_by_itself_and_stops_when_told(store, cast, postman, post, booked):
    arrived = threading.Event()
    carry = post.send
    post.send = lambda letter: (carry(letter), arrived.set())[0]
    postman.start()
    assert arrived.wait(10)
    postman.stop()
    assert stamp(NOW)  # the clock never moved
    assert len(post.letters) == 1
