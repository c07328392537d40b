"""Do the books keep what they are told, on both databases?"""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.vocabulary import BadgeState, MemberStatus, Role
from hub.ports import NewPerson, NewRecord, Store
from hub.ports.paper import Entry
from hub.services.enrolling import BadgeRefused, enrol_badge, rest_badge
from hub.services.sealing import Vault
from hub.store.books import audit
from hub.store.books.audit import first_broken
from tests.cast import ADC, NOW, Cast, cast_in

HOUR = timedelta(hours=1)
VAULT = Vault(bytes(32))
UID = bytes.fromhex("04A1B2C3D4E5F6")


@pytest.fixture
def cast(both_store: Store) -> Cast:
    return cast_in(both_store)


def test_an_address_has_one_owner_whatever_its_case(both_store, cast):
    twice = NewPerson(ADC, " BRAM@lab.example", "Bram II", "nl")
    assert both_store.write(lambda tx: tx.people.add(twice, NOW)) is None
    assert both_store.read(lambda tx: tx.people.by_email("Bram@LAB.example").id) == cast.bram


def test_a_person_has_roles_in_each_lab_and_a_trainer_her_courses(both_store, cast):
    tom = both_store.read(lambda tx: tx.people.get(cast.tom))
    assert tom.roles == {ADC: frozenset({Role.MEMBER, Role.TRAINER})}
    assert tom.may_sign("LAS1", ADC)
    assert not tom.may_sign("LAS1", "other")
    both_store.write(lambda tx: tx.people.take_role(cast.tom, ADC, Role.TRAINER))
    assert not both_store.read(lambda tx: tx.people.get(cast.tom).may_sign("LAS1", ADC))


def test_a_membership_stands_to_its_last_tick_then_a_week_of_grace_then_is_over(both_store, cast):
    amelie = both_store.read(lambda tx: tx.people.get(cast.amelie))
    tick, end = timedelta(milliseconds=1), NOW + HOUR
    member = replace(amelie, member_until=end)
    standing = [
        member.standing(at)
        for at in (end - tick, end, end + timedelta(days=7) - tick, end + timedelta(days=7))
    ]
    assert standing == [MemberStatus.ACTIVE, MemberStatus.GRACE, MemberStatus.GRACE, MemberStatus.EXPIRED]
    assert replace(member, status=MemberStatus.SUSPENDED).standing(NOW) is MemberStatus.SUSPENDED


def test_a_badge_is_found_by_its_uid_and_a_second_owner_is_refused_naming_nobody(both_store, cast):
    badge = both_store.write(lambda tx: enrol_badge(tx, VAULT, cast.amelie, UID, cast.dora, NOW))
    assert both_store.read(lambda tx: tx.badges.by_key(VAULT.key(UID))) == badge
    assert VAULT.open(badge.sealed) == UID
    assert UID not in badge.sealed
    again = both_store.write(lambda tx: enrol_badge(tx, VAULT, cast.bram, UID, cast.dora, NOW))
    assert again == BadgeRefused("INVALID", "known")


@pytest.mark.parametrize(
    ("uid", "code"), [("08A1B2C3", "BADGE_RANDOM"), ("04A1B2", "INVALID"), ("", "INVALID")]
)
def test_a_phone_or_a_stump_is_no_badge(both_store, cast, uid, code):
    refused = both_store.write(
        lambda tx: enrol_badge(tx, VAULT, cast.amelie, bytes.fromhex(uid), cast.dora, NOW)
    )
    assert refused.code == code


def test_a_lost_badge_is_remembered_as_lost(both_store, cast):
    badge = both_store.write(lambda tx: enrol_badge(tx, VAULT, cast.amelie, UID, cast.dora, NOW))
    lost = both_store.write(lambda tx: rest_badge(tx, badge.id, BadgeState.LOST, cast.dora, NOW))
    assert lost.state is BadgeState.LOST
    assert both_store.write(lambda tx: rest_badge(tx, "none", BadgeState.LOST, cast.dora, NOW)) is None


def test_another_secret_opens_nothing_and_finds_nothing():
    other = Vault(bytes(31) + b"\x01")
    assert other.key(UID) != VAULT.key(UID)
    with pytest.raises(ValueError, match="not sealed with this key"):
        other.open(VAULT.seal(UID))


def test_the_audit_chain_holds_when_many_write_at_once_and_breaks_where_it_was_changed(both_store, cast):
    def act(n):
        return both_store.write(lambda tx: tx.audit.append(ADC, cast.dora, "tested", str(n), {"n": n}, NOW))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(act, range(40)))
    entries = list(both_store.read(lambda tx: tx.audit.read()))
    assert [entry.seq for entry in entries] == list(range(1, 41))
    assert first_broken(entries) is None
    for changed in (
        entries[7]._replace(data="{}"),
        entries[7]._replace(actor="x"),
        entries[7]._replace(prev="0"),
    ):
        assert first_broken([*entries[:7], changed, *entries[8:]]) == 8
    assert first_broken([*entries[:7], *entries[8:]]) == 9


WORDS = st.text(st.characters(exclude_categories=["Cs"]))


@given(
    st.dictionaries(WORDS, WORDS | st.integers() | st.none() | st.booleans() | st.lists(WORDS)),
    st.tuples(WORDS, WORDS, WORDS, WORDS, WORDS),
    st.integers(0, 2**40),
)
def test_what_the_chain_signs_is_canonical_json_whatever_is_in_it(data, words, seq):
    def canonical(value):
        return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    assert audit._canonical(data) == canonical(data)
    lab, actor, action, subject, prev = words
    entry = Entry(seq, lab, NOW, actor, action, subject, canonical(data), prev, "")
    said = entry._asdict() | {"at_ms": int(NOW.timestamp()) * 1000}
    del said["at"], said["hash"]
    assert audit.digest(entry) == hashlib.sha256(canonical(said).encode()).hexdigest()


def test_a_parcel_waits_once_until_it_is_done(both_store, cast):
    put = [both_store.write(lambda tx: tx.outbox.put_once(ADC, "view", "las-1", {}, NOW)) for _ in range(2)]
    assert put == [True, False]
    (parcel,) = both_store.write(lambda tx: tx.outbox.due(NOW, ["view"]))
    both_store.write(lambda tx: tx.outbox.later(parcel.id, NOW + HOUR, "no link"))
    assert both_store.write(lambda tx: tx.outbox.due(NOW + HOUR / 2, ["view"])) == []
    assert both_store.write(lambda tx: tx.outbox.due(NOW + HOUR, ["view"]))[0].tries == 1
    both_store.write(lambda tx: tx.outbox.done(parcel.id, NOW))
    assert both_store.write(lambda tx: tx.outbox.put_once(ADC, "view", "las-1", {}, NOW)) is True


def test_records_move_the_head_and_what_does_not_fit_is_kept_aside_once(both_store, cast):
    both_store.write(lambda tx: tx.nodes.add("las-1", ADC, "LAS-1", b"k", NOW))
    records = [NewRecord(n, NOW, "tap", None, f"text {n}", f"hash {n}") for n in (1, 2, 3)]
    both_store.write(lambda tx: tx.records.append("las-1", ADC, "j1", records, NOW))
    head = both_store.read(lambda tx: tx.records.heads("las-1"))[0]
    assert (head.stored, head.hash) == (3, "hash 3")
    odd = replace(records[0], hash="other")
    aside = [
        both_store.write(lambda tx: tx.records.put_aside("las-1", ADC, "j1", odd, "x", NOW)) for _ in range(2)
    ]
    assert aside == [True, False]


def test_instants_come_back_as_they_went_to_the_millisecond(both_store, cast):
    at = NOW + timedelta(microseconds=123_999)
    both_store.write(lambda tx: tx.people.change(cast.amelie, {"member_until": at}))
    kept = both_store.read(lambda tx: tx.people.get(cast.amelie).member_until)
    assert kept == NOW + timedelta(milliseconds=123)


def test_a_time_without_a_zone_is_not_kept(both_store, cast):
    with pytest.raises(Exception, match="time zone"):
        both_store.write(lambda tx: tx.people.change(cast.amelie, {"member_until": NOW.replace(tzinfo=None)}))
