"""What does the street hear of the workshop? Whether it is open; how many are in it only when that tells of nobody."""

from datetime import timedelta

import pytest

from core.vocabulary import Audience, SessionKind
from hub.ports import Closure, Opening, Session
from hub.ports.assurance import Proof, ProofKind
from tests.cast import ADC, NOW, member

HOUR = timedelta(hours=1)
ASKED = {"api_compatibility", "space", "logo", "url", "contact"}  # what SpaceAPI 15 requires


def space(stranger, query=""):
    answer = stranger.http.get(f"/spaceapi.json{query}")
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    return answer


def open_to_the_public(store):
    for weekday in range(7):
        opening = Opening(weekday, "00:00", "00:00", Audience.PUBLIC)
        store.write(lambda tx, one=opening: tx.machines.add_opening(ADC, one))


def at_work(store, cast, people):
    """So many people have a session that runs."""
    names = [cast.amelie, cast.bram, cast.tom, cast.dora]
    for number, person in enumerate(names[:people]):
        machine = ("LAS-1", "LAS-2", "SOL-1", "SOL-1")[number]
        one = Session(f"s{number}", ADC, None, machine, person, None, None, SessionKind.USE, NOW)
        store.write(lambda tx, one=one: tx.sessions.save(one))


def test_it_says_what_the_maps_ask_for(stranger):
    answer = space(stranger)
    body = answer.get_json()
    assert set(body) >= ASKED
    assert (body["api_compatibility"], body["space"], body["url"]) == (
        ["15"],
        "Lab adc",
        "https://hub.example",
    )
    assert body["logo"].startswith("https://hub.example/static/")
    assert body["location"] == {"timezone": "Europe/Brussels"}
    assert (body["state"]["open"], body["state"]["message"]) == (True, "open to members")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert space(stranger, "?lab=other").get_json()["space"] == "Lab other"
    assert stranger.http.get("/spaceapi.json?lab=none").status_code == 404


def test_a_closure_shuts_it_to_the_minute(stranger, store, cast, clock):
    shut = Closure("c1", ADC, None, NOW + HOUR, NOW + 2 * HOUR, "lens", cast.max, NOW)
    store.write(lambda tx: tx.machines.add_closure(shut))
    said = []
    for at in (NOW + HOUR - timedelta(milliseconds=1), NOW + HOUR, NOW + 2 * HOUR):
        clock.at = at
        said.append(space(stranger).get_json()["state"])
    assert [one["open"] for one in said] == [True, False, True]
    assert [one.get("lastchange") for one in said[1:]] == [int((NOW + n * HOUR).timestamp()) for n in (1, 2)]


def test_one_machine_s_closure_shuts_no_house(stranger, store, cast):
    shut = Closure("c1", ADC, "LAS-1", NOW - HOUR, NOW + HOUR, "lens", cast.max, NOW)
    store.write(lambda tx: tx.machines.add_closure(shut))
    assert space(stranger).get_json()["state"]["open"] is True


@pytest.mark.parametrize(("people", "told"), [(0, None), (2, None), (3, 3), (4, 4)])
def test_a_number_is_told_from_three_people_on(stranger, store, cast, people, told):
    open_to_the_public(store)
    at_work(store, cast, people)
    sensors = space(stranger).get_json().get("sensors")
    assert (sensors and sensors["people_now_present"][0]["value"]) == told


def test_who_has_said_that_he_is_here_counts_without_a_machine(stranger, store, cast):
    open_to_the_public(store)
    for person in (cast.amelie, cast.bram, cast.tom):
        here = Proof(ADC, person, ProofKind.PRESENCE, NOW, NOW + HOUR)
        store.write(lambda tx, one=here: tx.assurance.prove(one))
    assert space(stranger).get_json()["sensors"]["people_now_present"][0]["value"] == 3


def test_no_number_is_told_while_only_members_may_come(stranger, store, cast):
    at_work(store, cast, 4)
    assert "sensors" not in space(stranger).get_json()


def test_nobody_is_in_it(stranger, store, cast):
    open_to_the_public(store)
    at_work(store, cast, 4)
    store.write(lambda tx: member(tx, "Zoé"))
    assert not any(word in space(stranger).text for word in ("Tester", "@lab", *cast.ids.values()))
