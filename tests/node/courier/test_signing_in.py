"""A printer that asks who we are, and a plug that does: name and password, never in clear where a digest is wanted."""

import hashlib
from base64 import b64encode
from urllib.request import parse_http_list, parse_keqv_list

import pytest

from node.courier.events import CallAnswered, PrinterSaid
from node.courier.polling import Caller, PrinterPoll
from node.courier.printers import QUESTIONS
from node.courier.signing_in import Challenge, Digest, Login, answer_to, basic, challenge_of
from tests.node.courier.standins import serving
from tests.node.courier.test_printers import prusalink

MAKER = Login("maker", "vase mode")
REALM = "Printer API"
HASH = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}


class Printer:
    """PrusaLink with a login: a 401 with a challenge, a nonce that it changes, and the status to who knows the password.

    The printers' own firmware names no `qop` (RFC 2069); PrusaLink on a Pi does not either. `qop` and `algorithm` play a later one.
    """

    def __init__(self, state="IDLE", login=MAKER, *, qop="", algorithm=""):
        self.login, self.qop, self.algorithm = login, qop, algorithm
        self.status = prusalink(state, key=None)
        self.nonce, self.lives, self.forgets = "nonce-1", 10_000, False
        self.heard, self.counts = [], []

    def __call__(self, path, headers):
        said = headers["Authorization"]
        self.heard.append(said)
        if said is None:
            return self.challenge()
        assert said.startswith("Digest ")
        told = parse_keqv_list(parse_http_list(said[7:]))
        if told["nonce"] != self.nonce or self.lives == 0:
            self.nonce, self.lives = self.nonce + "+", 10_000
            return self.challenge(stale=not self.forgets)
        self.lives -= 1
        self.counts.append(told.get("nc"))
        assert told["uri"] == path
        return self.status(path, headers) if told["response"] == self.right(told, path) else self.challenge()

    def right(self, told, path):
        def hashed(*parts):
            return HASH[self.algorithm or "MD5"](":".join(parts).encode()).hexdigest()

        among = (told["nonce"], told["nc"], told["cnonce"], told["qop"]) if self.qop else (told["nonce"],)
        first = hashed(self.login.user, REALM, self.login.password)
        return hashed(first, *among, hashed("GET", path))

    def challenge(self, *, stale=False):
        asked = f'Digest realm="{REALM}", nonce="{self.nonce}", stale={str(stale).lower()}'
        asked += f', qop="{self.qop}"' if self.qop else ""
        asked += f", algorithm={self.algorithm}" if self.algorithm else ""
        return 401, {"message": "Unauthorized"}, [("WWW-Authenticate", asked)]


def looks(printer, times=1, login=MAKER):
    said = []
    with serving(printer) as url:
        poll = PrinterPoll(url, QUESTIONS["prusalink"], {}, said.append, Digest(login))
        for _ in range(times):
            poll.look()
    return said


@pytest.mark.parametrize(
    ("qop", "algorithm"), [("", ""), ("", "MD5"), ("auth", "MD5"), ("auth,auth-int", "SHA-256")]
)
def test_a_printer_that_challenges_us_says_whether_it_prints(qop, algorithm):
    assert looks(Printer("PRINTING", qop=qop, algorithm=algorithm)) == [PrinterSaid(busy=True)]
    assert looks(Printer("IDLE", qop=qop, algorithm=algorithm)) == [PrinterSaid(busy=False)]


def test_who_was_let_in_once_is_not_asked_again_and_counts_what_he_asks():
    printer = Printer(qop="auth")
    assert looks(printer, 3) == [PrinterSaid(busy=False)] * 3
    assert [one is None for one in printer.heard] == [True, False, False, False]
    assert printer.counts == ["00000001", "00000002", "00000003"]


@pytest.mark.parametrize("forgets", [False, True])
def test_a_nonce_that_ran_out_or_that_a_printer_started_anew_forgot_is_no_lost_sensor(forgets):
    printer = Printer("PRINTING")
    printer.forgets, printer.lives = forgets, 1
    assert looks(printer, 3) == [PrinterSaid(busy=True)] * 3
    assert len(printer.heard) == 5  # once unasked, and once more where the nonce had run out


@pytest.mark.parametrize("login", [Login("maker", "wrong"), Login("wrong", "vase mode")])
def test_a_wrong_password_is_a_lost_sensor_that_says_so_and_never_an_idle_printer(login, caplog):
    printer = Printer("IDLE")
    assert looks(printer, login=login) == [PrinterSaid(None)]
    assert "refused=name or password" in caplog.text
    assert len(printer.heard) <= 3
    assert "vase mode" not in caplog.text


@pytest.mark.parametrize(
    "asked",
    [
        'Basic realm="Printer API"',
        'Digest realm="Printer API", nonce="n", algorithm=MD5-sess',
        'Digest realm="Printer API", nonce="n", qop="auth-int"',
        'Digest realm="Printer API"',
        "Digest",
        "",
    ],
)
def test_where_no_digest_is_asked_for_the_password_stays_here(asked, caplog):
    heard = []

    def answer(_path, headers):
        heard.append(headers["Authorization"])
        return 401, {}, [("WWW-Authenticate", asked)]

    assert looks(answer) == [PrinterSaid(None)]
    assert heard == [None]
    assert "refused=no digest asked for" in caplog.text


def test_the_example_of_rfc_7616_comes_out_as_printed_there():
    asked = challenge_of(
        [
            (
                'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=MD5, '
                'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", '
                'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
            )
        ]
    )
    own = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
    said = answer_to(asked, Login("Mufasa", "Circle of Life"), "/dir/index.html", (1, own))
    assert 'response="8ca523f5e9506fed4657c9700eebdbec"' in said
    assert 'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"' in said


def test_a_name_with_a_quote_ends_no_field():
    asked = Challenge(REALM, "n", "MD5", "", None, stale=False)
    assert 'username="ma\\"ker"' in answer_to(asked, Login('ma"ker', "x"), "/", (1, "c"))


@pytest.mark.parametrize(("password", "body"), [("right", '{"ison": true}'), ("wrong", "401 Unauthorized")])
def test_a_first_generation_plug_with_a_login_takes_its_timer_from_who_knows_it(password, body, caplog):
    wanted = f"Basic {b64encode(b'admin:right').decode()}"

    def plug(_path, headers):
        allowed = headers["Authorization"] == wanted
        return (200, {"ison": True}) if allowed else (401, b"401 Unauthorized")

    said = []
    with serving(plug) as url:
        caller = Caller(said.append, basic(Login("admin", password)))
        caller.once(url)
    assert said == [CallAnswered(body)]
    assert ("event=call_refused" in caplog.text) is (password == "wrong")
