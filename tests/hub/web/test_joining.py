"""Staff let somebody in; a mail brings a link that works once; the manager says who works as what."""

from datetime import UTC, date, datetime, timedelta

import pytest

from core.vocabulary import MemberStatus, Role
from hub.mail.postman import Postman
from hub.services import inviting
from hub.services.inviting import Invitations, good_enough
from tests.cast import ADC, NOW
from tests.hub.mail.conftest import PUBLIC, MemoryPost
from tests.hub.web.conftest import PASSWORD

NEW = "/staff/members/new"
NOOR = {"name": "Noor Şahin", "email": "Noor@Example.org", "lang": "nl"}
CHOSEN = "green bench by the canal"


@pytest.fixture
def letters(store, clock, settings):
    """What the postman brings, when asked."""
    post = MemoryPost()
    postman = Postman(store, clock, post, PUBLIC, Invitations(settings.session_secret()).key_of)

    def brought():
        while postman.run():
            pass
        return post.letters

    return brought


def added(browser, who="dora", **typed):
    return browser(who).post(f"{NEW}?lang=en", NOOR | typed)


def noor(store):
    return store.read(lambda tx: tx.people.by_email("noor@example.org"))


def link(letter):
    (found,) = [line for line in letter.text.splitlines() if "/welcome/" in line]
    return found.removeprefix(PUBLIC)


def test_noor_is_let_in_chooses_a_password_by_the_link_of_her_mail_and_signs_in(
    browser, store, letters, clock
):
    answer = added(browser, birth="1990-05-01", household="Canal 7", member_until="2027-06-30")
    assert (answer.status_code, answer.location) == (303, f"/staff/members?member={noor(store).id}")
    assert noor(store).roles == {ADC: frozenset({Role.MEMBER})}
    assert (noor(store).lang, noor(store).birth, noor(store).household) == ("nl", date(1990, 5, 1), "Canal 7")
    assert noor(store).member_until == datetime(2027, 6, 30, 22, tzinfo=UTC)
    (letter,) = letters()
    assert (letter.to, letter.lang) == ("noor@example.org", "nl")
    hers = browser(address="192.0.2.8")
    page = hers.get(link(letter))
    assert page.status_code == 200
    assert not store.read(lambda tx: tx.people.account(person=noor(store).id)).password
    chosen = hers.post(link(letter), {"password": CHOSEN, "again": CHOSEN, "charter": "yes"})
    assert (chosen.status_code, chosen.location) == (303, "/")
    assert hers.get("/mine").status_code == 200
    assert hers.get(link(letter)).status_code == 410
    again = browser(address="192.0.2.9")
    assert again.post("/sign-in", {"email": "noor@example.org", "password": CHOSEN}).status_code == 303


def test_the_link_stands_in_the_letter_alone_and_a_scanner_that_opens_it_changes_nothing(
    browser, store, letters
):
    added(browser)
    parcels = store.read(lambda tx: tx.outbox.latest("mail", noor(store).id, NOW - timedelta(hours=1)))
    assert [one.payload for one in parcels] == [{"template": "member.invited", "params": {}}]
    path = link(letters()[0])
    for _ in range(2):
        assert browser().get(path).status_code == 200
    assert store.read(lambda tx: tx.people.account(person=noor(store).id)).password is None


@pytest.mark.parametrize(
    ("password", "again", "charter", "said"),
    [
        ("too short", "too short", "yes", "too easy to guess"),
        ("aaaaaaaaaaaa", "aaaaaaaaaaaa", "yes", "too easy to guess"),
        ("noor@example.org", "noor@example.org", "yes", "too easy to guess"),
        (CHOSEN, CHOSEN + "s", "yes", "The two are not the same."),
    ],
)
def test_a_password_that_is_none_is_refused_in_words(browser, store, letters, password, again, charter, said):
    added(browser)
    path = link(letters()[0])
    fields = {"password": password, "again": again, "charter": charter}
    answer = browser().post(f"{path}?lang=en", fields)
    assert (answer.status_code, said in answer.text, CHOSEN in answer.text) == (422, True, False)
    assert store.read(lambda tx: tx.people.account(person=noor(store).id)).password is None


def test_nine_characters_are_too_few_and_ten_are_enough(store, cast):
    bram = store.read(lambda tx: tx.people.get(cast.bram))
    assert not good_enough("abcdefghi", bram)
    assert good_enough("abcdefghij", bram)
    assert not good_enough("abcdabcdabcd", bram)
    assert not good_enough("Bram Tester", bram)


def test_a_link_is_worthless_after_another_password_and_when_forged_or_too_old(
    browser, store, letters, cast, settings, monkeypatch
):
    dora = browser("dora")
    path = f"/staff/members/{cast.bram}/invite"
    for _ in range(2):
        assert dora.post(path, form=f"/staff/members?member={cast.bram}").status_code == 303
    first, second = (link(one) for one in letters())
    fields = {"password": CHOSEN, "again": CHOSEN, "charter": "yes"}
    assert browser().post(first, fields).status_code == 303
    assert browser().get(second).status_code == 410
    assert browser().get("/welcome/rubbish").status_code == 410
    account = store.read(lambda tx: tx.people.account(person=cast.bram))
    known, forged = Invitations(settings.session_secret()), Invitations(b"x" * 32)
    assert store.read(lambda tx: known.account_of(tx, known.key_of(account))) == account
    assert store.read(lambda tx: known.account_of(tx, forged.key_of(account))) is None
    monkeypatch.setattr(inviting, "LASTS_S", -1)
    assert store.read(lambda tx: known.account_of(tx, known.key_of(account))) is None


def test_who_chooses_a_new_password_is_out_everywhere_else(browser, store, letters, cast):
    elsewhere = browser("bram")
    browser("dora").post(f"/staff/members/{cast.bram}/invite", form=f"/staff/members?member={cast.bram}")
    fields = {"password": CHOSEN, "again": CHOSEN, "charter": "yes"}
    assert browser().post(link(letters()[-1]), fields).status_code == 303
    assert elsewhere.get("/mine").status_code == 303


def test_an_address_that_is_known_is_refused_in_words_and_what_was_typed_stays(browser, store):
    answer = added(browser, email="AMÉLIE@lab.example")
    assert answer.status_code == 422
    assert "amélie@lab.example is the address of somebody else already." in answer.text
    assert 'value="Noor Şahin"' in answer.text
    assert "aria-invalid" in answer.text
    assert noor(store) is None


@pytest.mark.parametrize(
    "typed",
    [{"email": "no address"}, {"email": ""}, {"name": ""}, {"name": "a\u202eb"}, {"lang": "de"}, {"birth": "soon"},
     {"birth": "2030-01-01"}, {"household": "x" * 41}, {"member_until": "9999-12-31"}, {"email": "a@b.c" * 60}],
)  # fmt: skip
def test_rubbish_makes_nobody_a_member(browser, store, letters, typed):
    assert added(browser, **typed).status_code == 422
    assert noor(store) is None
    assert letters() == []


@pytest.mark.parametrize("who", ["bram", "tom"])
def test_only_staff_let_people_in_or_send_links(browser, store, cast, who):
    own = browser(who)
    assert own.get(NEW).status_code == 403
    assert own.post(NEW, NOOR, form="/mine").status_code == 403
    assert own.post(f"/staff/members/{cast.amelie}/invite", form="/mine").status_code == 403
    assert own.post(f"/staff/members/{cast.amelie}/roles", {"role": "staff"}, form="/mine").status_code == 403


def test_no_link_for_another_labs_member_nor_for_a_closed_account(browser, store, cast):
    dora = browser("dora")
    assert dora.post(f"/staff/members/{cast.olga}/invite", form=NEW).status_code == 404
    store.write(lambda tx: tx.people.change(cast.bram, {"status": MemberStatus.ARCHIVED}))
    assert dora.post(f"/staff/members/{cast.bram}/invite", form=NEW).status_code == 422


# -- as what somebody works


def roles_given(browser, who, whom, password=PASSWORD, **fields):
    return browser(who).post(
        f"/staff/members/{whom}/roles", {"password": password, **fields}, form="/staff/members/new"
    )


def test_max_makes_bram_a_trainer_for_the_laser_with_his_password_and_takes_it_back(browser, store, cast):
    assert roles_given(browser, "max", cast.bram, role="trainer", teaches="LAS1").status_code == 303
    bram = store.read(lambda tx: tx.people.get(cast.bram))
    assert (bram.has(Role.TRAINER, ADC), bram.may_sign("LAS1", ADC), bram.has(Role.MEMBER, ADC)) == (
        True,
    ) * 3
    assert roles_given(browser, "max", cast.bram).status_code == 303
    assert store.read(lambda tx: tx.people.get(cast.bram)).roles[ADC] == {Role.MEMBER}


@pytest.mark.parametrize(
    ("who", "whom", "fields", "status"),
    [
        ("max", "bram", {"role": "staff", "password": "wrong"}, 401),
        ("max", "max", {"role": "staff"}, 403),
        ("dora", "bram", {"role": "staff"}, 403),
        ("max", "bram", {"role": "member"}, 422),
        ("max", "bram", {"role": "trainer"}, 422),
        ("max", "bram", {"teaches": "LAS1"}, 422),
        ("max", "bram", {"role": "trainer", "teaches": "NOPE"}, 422),
        ("max", "olga", {"role": "staff"}, 404),
    ],
)
def test_a_role_wants_the_manager_his_password_and_sense(browser, store, cast, who, whom, fields, status):
    key = cast.ids[whom]
    before = store.read(lambda tx: tx.people.get(key)).roles
    assert roles_given(browser, who, key, **fields).status_code == status
    assert store.read(lambda tx: tx.people.get(key)).roles == before


def test_the_roles_are_offered_to_the_manager_alone_and_for_others(browser, cast):
    path = "/staff/members?member={}&lang=en"
    assert "Save the roles" in browser("max").get(path.format(cast.bram)).text
    assert "Save the roles" not in browser("max").get(path.format(cast.max)).text
    page = browser("dora").get(path.format(cast.tom)).text
    assert "Save the roles" not in page
    assert "Works here as: trainer" in page
