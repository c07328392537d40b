"""What people read at the machine."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.case import Objection
from core.vocabulary import Inhibit, Phase, Reason, SessionKind
from node.doorman.face import denials, texts
from node.doorman.face.screens import CODE_MS, INHIBITED, LEDS, TURN_MS, screen
from node.doorman.face.texts import LANGUAGES, WIDTH, lines
from node.doorman.showing import Down, Guest, Said, Showing, Slot, Word

NOON = datetime(2026, 11, 24, 13, tzinfo=UTC)  # 14:00 in Brussels
FREE = Showing(now_ms=0, now=NOON)
AMELIE = Guest("Amélie", "fr", SessionKind.USE, NOON + timedelta(minutes=60), since_ms=0)
SITE = "http://hub.example"
LATER = {"now_ms": 60_000}
MISSING = Objection(Reason.CERT_MISSING, {"course": "LAS1"})


def in_use(**changes: object) -> Showing:
    return replace(FREE, phase=Phase.IN_USE, guest=AMELIE, **changes)


def minutes(count: float) -> datetime:
    return NOON + timedelta(minutes=count)


def test_a_free_machine_says_so_in_french_dutch_and_english_four_seconds_each() -> None:
    heads = [screen(replace(FREE, now_ms=turn * TURN_MS)).lines[0] for turn in range(4)]
    assert heads == ["LIBRE", "VRIJ", "FREE", "LIBRE"]


def test_a_free_machine_says_when_it_is_booked_next_in_local_time() -> None:
    slot = Slot("", minutes(60), minutes(120), minutes(75))
    assert screen(replace(FREE, slot=slot)).lines == ("LIBRE", "Réservé à 15:00", "Passez votre badge", "")


def test_a_slot_of_tomorrow_is_not_announced_by_its_hour_alone() -> None:
    tomorrow = Slot("", minutes(1440), minutes(1500), minutes(1455))
    assert screen(replace(FREE, slot=tomorrow)).lines == ("LIBRE", "", "Passez votre badge", "")


def test_without_a_next_booking_that_line_stays_empty() -> None:
    assert screen(FREE).lines == ("LIBRE", "", "Passez votre badge", "")


def test_a_machine_waits_for_its_booker_until_the_grace_is_over() -> None:
    slot = Slot("Amélie", minutes(-4), minutes(56), minutes(11))
    waiting = replace(FREE, slot=slot)
    assert screen(waiting).lines == ("RÉSERVÉ Amélie", "jusqu'à 14:56", "gardé encore 11 min", "")
    assert screen(replace(waiting, now=minutes(11))).name == "FREE"


def test_a_waiting_person_who_chose_no_name_is_not_named() -> None:
    slot = Slot("", minutes(-4), minutes(56), minutes(11))
    assert screen(replace(FREE, slot=slot)).lines[0] == "RÉSERVÉ"


def test_amelie_is_greeted_in_french_for_five_seconds_and_then_sees_her_end() -> None:
    assert screen(in_use()).lines == ("Bonjour Amélie !", "Machine sous tension", "jusqu'à 15:00", "")
    assert screen(in_use(now_ms=4_999)).name == "WELCOME"
    assert screen(in_use(now_ms=5_000)).lines == ("Amélie", "fin 15:00 (-60)", "Badge = terminer", "")


def test_the_extraction_is_promised_only_where_there_is_one() -> None:
    assert screen(in_use(extraction=True)).lines[3] == "Extraction: OK"


def test_the_last_ten_minutes_are_announced_and_not_a_second_more() -> None:
    before = in_use(now=minutes(50) - timedelta(seconds=1), **LATER)
    assert screen(before).name == "RUNNING"
    shown = screen(in_use(now=minutes(51), **LATER))
    assert (shown.name, shown.lines[0], shown.led) == ("ENDING", "Fin dans 9 min", "amber pulse")


def test_who_comes_next_is_told_in_the_last_minutes() -> None:
    slot = Slot("Bram", minutes(60), minutes(120), minutes(75))
    assert screen(in_use(now=minutes(55), slot=slot, **LATER)).lines[1] == "Suivant: Bram"


def test_time_over_counts_the_minutes_since() -> None:
    shown = screen(replace(in_use(now=minutes(64)), phase=Phase.ENDING))
    assert (shown.lines[0], shown.led) == ("TEMPS DÉPASSÉ +04", "amber fast")


def ending(**changes: object) -> Showing:
    return replace(in_use(**changes), phase=Phase.ENDING)


FATIMA = Slot("Fatima", minutes(62), minutes(120), minutes(77))


def test_a_badge_out_with_the_job_still_running_is_no_time_over_and_nobody_waits() -> None:
    shown = screen(ending(now=minutes(59), slot=FATIMA))
    assert (shown.name, shown.led, shown.buzz) == ("FINISHING", "amber pulse", "")
    assert shown.lines == ("Arrêt demandé", "Le travail s'achève", "Coupure automatique", "")


@pytest.mark.parametrize(
    ("lang", "said"),
    [("nl", ("Stop gevraagd", "Gaat vanzelf uit")), ("en", ("Stop requested", "Power off by itself"))],
)
def test_the_job_finishes_in_the_persons_language(lang: str, said: tuple[str, str]) -> None:
    shown = screen(replace(ending(now=minutes(10)), guest=replace(AMELIE, lang=lang)))
    assert (shown.lines[0], shown.lines[2]) == said


def test_it_is_time_over_from_the_sessions_end_on_and_not_a_millisecond_before() -> None:
    assert screen(ending(now=minutes(60) - timedelta(milliseconds=1))).name == "FINISHING"
    assert screen(ending(now=minutes(60))).name == "OVERRUN"


def test_somebody_waits_only_once_his_own_slot_has_begun_and_by_a_name_he_chose() -> None:
    assert screen(ending(now=minutes(61), slot=FATIMA)).lines[2] == ""
    assert screen(ending(now=minutes(62), slot=FATIMA)).lines[2] == "Fatima attend"
    assert screen(ending(now=minutes(62), slot=replace(FATIMA, name=""))).lines[2] == ""


def test_an_alarm_says_that_staff_are_called() -> None:
    assert screen(ending(now=minutes(62), alarm=True)).lines[3] == "Équipe prévenue"
    assert screen(ending(now=minutes(10), alarm=True)).lines[3] == "Équipe prévenue"


def test_no_is_said_to_prolonging_only_where_somebody_comes_next() -> None:
    assert screen(in_use(now=minutes(55), **LATER)).lines == ("Fin dans 5 min", "", "", "")
    followed = screen(in_use(now=minutes(55), slot=replace(FATIMA, name=""), **LATER))
    assert followed.lines == ("Fin dans 5 min", "", "Prolonger? non", "")
    tonight = replace(FATIMA, start=minutes(75))
    assert screen(in_use(now=minutes(55), slot=tonight, **LATER)).lines[1:] == ("", "", "")


# -- words that wait for somebody


def told(word: Word, **more: object) -> Showing:
    return replace(FREE, said=Said(word, 0, "fr", **more))


def test_a_supervisors_badge_is_waited_for_as_long_as_it_is_told() -> None:
    waiting = told(Word.SUPERVISE, name="Bram", ends_ms=60_000)
    assert screen(replace(waiting, now_ms=18_000)).lines == (
        "Apprenant·e Bram",
        "Badge encadrant·e",
        "dans 42 s",
        "",
    )
    assert screen(replace(waiting, now_ms=59_999)).name == "SUPERVISE"
    assert screen(replace(waiting, now_ms=60_000)).name == "FREE"


def test_a_checklist_shows_one_item_at_a_time_broken_between_words() -> None:
    shown = screen(told(Word.CHECK, text="Extraction lancée avant la découpe", page=(2, 5), ends_ms=60_000))
    assert shown.lines == ("2/5 Vérifiez:", "Extraction lancée", "avant la découpe", "Prolonger = confirmer")


def test_a_sign_off_asks_for_each_badge_in_its_language_and_names_who_is_next() -> None:
    asked = replace(FREE, said=Said(Word.SIGN_OFF, 0, None, text="trainer", ends_ms=60_000))
    badges = [screen(replace(asked, now_ms=turn * TURN_MS)).lines[1] for turn in range(3)]
    assert badges == ["Badge formateur·rice", "Badge lesgever", "Trainer badge"]
    waiting = replace(FREE, said=Said(Word.SIGN_OFF, 0, "en", text="trainee", name="Chloé", ends_ms=60_000))
    assert screen(waiting).lines[1:3] == ("Trainee badge: Chloé", "")


def test_an_idle_machine_counts_down_to_its_switching_off() -> None:
    assert (
        screen(replace(told(Word.IDLE_SOON, ends_ms=90_000), now_ms=45_000)).lines[1] == "Coupure dans 0:45"
    )


@pytest.mark.parametrize("word", Word)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_word_has_its_screen_its_light_and_its_text(word: Word, lang: str) -> None:
    said = Said(word, 0, lang, (MISSING,), minutes(60), 60_000, "W" * 30, "M" * 60, (99, 99))
    shown = screen(replace(FREE, said=said))
    assert shown.lines[0]
    assert shown.led
    assert all(len(line) <= WIDTH for line in shown.lines)


@pytest.mark.parametrize("name", sorted(texts._BOOK["states"]))
@pytest.mark.parametrize("lang", LANGUAGES)
def test_with_the_widest_values_no_line_is_cut(name: str, lang: str) -> None:
    widths = texts._BOOK["widths"]
    for line in texts._BOOK["states"][name][lang]:
        widest = line
        for mark, width in widths.items():
            widest = widest.replace("{" + mark + "}", "W" * width)
        assert "{" not in widest
        assert len(" ".join(widest.split())) <= WIDTH, widest


def test_reasons_fit_their_twenty_letters() -> None:
    said = [line for told in texts._BOOK["reasons"].values() for pair in told.values() for line in pair]
    assert max(len(line) for line in said) <= 20


def test_pre_run_and_run_on_count_down() -> None:
    before = replace(in_use(phase_until_ms=45_000), phase=Phase.STARTING)
    assert screen(before).lines[:2] == ("Extraction 0:45", "Machine ensuite")
    after = replace(FREE, phase=Phase.RUN_ON, phase_until_ms=151_000)
    assert screen(after).lines[:2] == ("Extraction 2:31", "Couvercle fermé SVP")


def test_an_inhibit_stands_on_the_first_line_while_the_extraction_runs_on() -> None:
    shown = screen(
        replace(FREE, phase=Phase.RUN_ON, phase_until_ms=60_000, inhibits=frozenset({Inhibit.ESTOP}))
    )
    assert shown.lines[:2] == ("ARRÊT D'URGENCE", "Extraction 1:00")


@pytest.mark.parametrize(("inhibit", "name"), INHIBITED)
def test_each_inhibit_has_its_screen(inhibit: Inhibit, name: str) -> None:
    assert screen(replace(FREE, inhibits=frozenset({inhibit}))).name == name


def test_a_fault_that_still_draws_says_to_use_the_main_switch() -> None:
    shown = screen(replace(FREE, inhibits=frozenset({Inhibit.FAULT}), drawing=True))
    assert (shown.name, shown.lines[1]) == ("FAULT_ON", "TOUJOURS SOUS TENSION")


def test_that_it_is_still_powered_comes_before_the_extraction_that_runs_on() -> None:
    welded = failing("welded", phase=Phase.RUN_ON, phase_until_ms=60_000, drawing=True)
    assert screen(welded).lines == ("RELAY FAULT", "STILL POWERED", "Use the main switch", "Call staff")


def test_under_the_key_it_is_called_uncontrolled_while_the_extraction_runs_on_too() -> None:
    turned = replace(FREE, phase=Phase.RUN_ON, phase_until_ms=60_000, inhibits=frozenset({Inhibit.BYPASS}))
    assert screen(turned).lines == ("SOUS CLÉ", "Extraction 1:00", "Couvercle fermé SVP", "SANS CONTRÔLE")


def test_a_lockout_names_its_owner() -> None:
    shown = screen(replace(FREE, inhibits=frozenset({Inhibit.LOCKOUT}), down=Down(owner="Driss")))
    assert shown.lines == ("MAINTENANCE", "Driss", "Ne pas remettre", "sous tension")


def test_out_of_order_says_why_and_since_when() -> None:
    down = Down(reason="lentille fendue", since=NOON)
    shown = screen(replace(FREE, inhibits=frozenset({Inhibit.OUT}), down=down))
    assert shown.lines == ("HORS SERVICE", "lentille fendue", "depuis 24/11", "")


@pytest.mark.parametrize("reason", ["danger", ""])
def test_a_danger_reported_at_the_machine_is_told_in_words(reason: str) -> None:
    reported = replace(FREE, inhibits=frozenset({Inhibit.DANGER}), down=Down(reason=reason, since=NOON))
    assert screen(reported).lines[:2] == ("HORS SERVICE", "Danger signalé")
    staff = replace(reported, down=Down(reason="vitre fendue", since=NOON))
    assert screen(staff).lines[1] == "vitre fendue"


def test_out_of_order_leads_to_its_page_after_the_three_languages() -> None:
    broken = replace(FREE, inhibits=frozenset({Inhibit.OUT}), machine="LAS-1")
    shown = [screen(replace(broken, now_ms=turn * TURN_MS), SITE) for turn in range(4)]
    assert [one.lines[3] for one in shown[:3]] == ["Suivi: QR", "Opvolging: QR", "Status: QR"]
    assert [one.qr for one in shown] == ["", "", "", f"{SITE}/machines/LAS-1"]


@pytest.mark.parametrize(
    ("thing", "heads"),
    [
        ("extraction", ("PAS D'EXTRACTION", "GEEN AFZUIGING", "NO EXTRACTION")),
        ("compressor", ("PAS D'AIR COMPRIMÉ", "GEEN PERSLUCHT", "NO COMPRESSED AIR")),
        ("water", ("PAS D'EAU", "GEEN KOELWATER", "NO COOLING WATER")),
        ("room", ("LOCAL FERMÉ", "LOKAAL GESLOTEN", "ROOM CLOSED")),
        ("Dust collector 2", ("Dust collector 2",) * 3),
    ],
)
def test_what_is_missing_is_told_by_its_kind_to_who_taps_and_before(
    thing: str, heads: tuple[str, ...]
) -> None:
    objection = Objection(Reason.RESOURCE_DOWN, {"resource": thing})
    for lang, head in zip(LANGUAGES, heads, strict=True):
        told = screen(replace(FREE, said=Said(Word.DENIED, 0, lang, (objection,))))
        assert told.lines[0] == head
        idle = screen(replace(FREE, now_ms=LANGUAGES.index(lang) * TURN_MS, lacks=(thing, "room")))
        assert idle.lines == told.lines  # R49: who comes reads it before he taps
        assert idle.led == "red steady"
        assert all(len(line) <= WIDTH for line in idle.lines)


def test_a_name_that_is_too_long_is_cut_and_no_name_is_no_empty_screen() -> None:
    shown = screen(replace(FREE, lacks=("Dust collector no. 2 east",)))
    assert shown.lines[:2] == ("Dust collector no. 2", "est hors service")
    nameless = Objection(Reason.RESOURCE_DOWN)
    assert screen(replace(FREE, said=Said(Word.DENIED, 0, "en", (nameless,)))).lines[0] == "NO EXTRACTION"


@pytest.mark.parametrize(
    ("lang", "lines"),
    [
        ("fr", ("Votre hôte manque", "Faites-le venir")),
        ("nl", ("Gastheer niet hier", "Roep je gastheer")),
        ("en", ("Your host is away", "Ask your host in")),
    ],
)
def test_a_guest_without_his_host_is_told_whom_to_fetch(lang: str, lines: tuple[str, str]) -> None:
    alone = Said(Word.DENIED, 0, lang, (Objection(Reason.BUDDY, {"host": 1}),))
    assert screen(replace(FREE, said=alone)).lines[:2] == lines
    anybody = Said(Word.DENIED, 0, lang, (Objection(Reason.BUDDY),))
    assert screen(replace(FREE, said=anybody)).lines[:2] != lines


def test_a_machine_that_staff_took_out_does_not_call_itself_free() -> None:
    assert screen(replace(FREE, out=True, lacks=("water",))).lines[0] == "HORS SERVICE"
    stopped = replace(FREE, out=True, inhibits=frozenset({Inhibit.ESTOP}))
    assert screen(stopped).name == "ESTOP"  # what is latched at the machine comes first


def test_a_silent_keeper_is_said_before_everything() -> None:
    assert screen(in_use(keeper=False)).name == "NOT_READY"
    assert screen(replace(FREE, phase=None)).name == "NOT_READY"


def test_without_network_an_amber_dot_is_lit_and_the_free_machine_says_so_in_turn() -> None:
    offline = replace(FREE, online=False, view_of=NOON)
    assert screen(offline).led.endswith("+ amber dot")
    names = {screen(replace(offline, now_ms=turn * TURN_MS)).name for turn in range(6)}
    assert names == {"FREE", "OFFLINE"}


def test_a_closed_workshop_says_when_it_opens() -> None:
    shown = screen(replace(FREE, closed=True, opens=minutes(60 * 20)))
    assert shown.lines == ("Atelier fermé", "Ouvre me 10:00", "", "")


def test_a_maintenance_session_is_no_greeting() -> None:
    driss = Guest("Driss", "en", SessionKind.MAINTENANCE, minutes(30), since_ms=0)
    shown = screen(replace(in_use(), guest=driss))
    assert shown.lines == ("MAINTENANCE RUNNING", "Driss", "Badge = finish", "")


# -- refusals

LAPSED = Objection(Reason.MEMBER_EXPIRED)


def denied(*objections: Objection, lang: str | None = "en", at_ms: int = 0) -> Showing:
    return replace(FREE, now_ms=at_ms, said=Said(Word.DENIED, 0, lang, objections))


def test_a_refusal_says_what_is_missing_and_what_to_do() -> None:
    shown = screen(denied(MISSING))
    assert shown.lines == ("Training needed:", "LAS1", "Enrol", "")
    assert (shown.led, shown.buzz) == ("red steady", "1 long low")


def test_where_the_hub_is_known_the_next_page_is_the_code_of_the_next_step() -> None:
    first, second = (screen(replace(denied(MISSING, at_ms=at), machine="LAS-1"), SITE) for at in (0, TURN_MS))
    assert (first.lines[2:], first.qr) == (("Scan the QR code", "to enrol"), "")
    assert (second.lines[0], second.qr) == ("Scan this", f"{SITE}/machines/LAS-1")
    last_ms = TURN_MS + CODE_MS
    assert screen(replace(denied(MISSING, at_ms=last_ms - 1), machine="LAS-1"), SITE).qr
    assert screen(replace(denied(MISSING, at_ms=last_ms), machine="LAS-1"), SITE).name == "FREE"


def test_a_code_too_great_for_the_display_is_not_promised() -> None:
    far = replace(denied(MISSING), machine="LAS-1")
    assert screen(far, "https://" + "a" * 60 + ".example").lines == ("Training needed:", "LAS1", "Enrol", "")


@pytest.mark.parametrize("code", [Reason.SEE_DESK, Reason.BADGE_UNKNOWN, Reason.ESTOP])
def test_no_code_where_only_people_can_help(code: Reason) -> None:
    shown = replace(denied(Objection(code), at_ms=TURN_MS), machine="LAS-1")
    assert screen(shown, SITE).name == "FREE"


def test_every_reason_has_its_page_and_number() -> None:
    first, second = (screen(denied(MISSING, LAPSED, at_ms=at)) for at in (0, TURN_MS))
    assert (first.lines[0], first.lines[3]) == ("Training needed:", "1/2")
    assert (second.lines[0], second.lines[3]) == ("Renew membership", "2/2")
    assert second.buzz == ""
    coded = screen(replace(denied(MISSING, LAPSED), machine="LAS-1"), SITE)
    assert coded.lines[3] == "1/2 QR: more"


def test_after_the_last_page_the_machine_shows_itself_again() -> None:
    assert screen(denied(MISSING, at_ms=TURN_MS - 1)).name == "DENY"
    assert screen(denied(MISSING, at_ms=TURN_MS)).name == "FREE"


def test_a_stranger_reads_it_in_all_three_languages() -> None:
    heads = [screen(denied(MISSING, lang=None, at_ms=turn * TURN_MS)).lines[0] for turn in range(3)]
    assert heads == ["Formation requise:", "Opleiding vereist:", "Training needed:"]


@pytest.mark.parametrize("code", sorted(denials.AT_THE_DESK))
def test_private_reasons_are_only_told_at_the_desk(code: Reason) -> None:
    shown = screen(denied(Objection(code, {"course": "LAS1"})))
    assert shown.lines == ("Not possible here", "See the front desk", "", "")


def test_a_slot_of_another_says_when_the_machine_is_free_and_names_nobody() -> None:
    taken = Objection(Reason.RESERVED_OTHER, {"until": "2026-11-24T14:00:00.000Z", "held": None})
    assert screen(denied(taken)).lines[:2] == ("Booked", "free at 15:00")


@pytest.mark.parametrize("code", list(Reason))
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_reason_there_is_can_be_told_in_every_language(code: Reason, lang: str) -> None:
    shown = screen(denied(Objection(code), lang=lang))
    assert shown.lines[0]
    assert all(len(line) <= WIDTH for line in shown.lines)


def test_no_reason_falls_back_on_words_that_say_nothing() -> None:
    told = {*denials.STATES, *denials.AT_THE_DESK} | {code for code in Reason if texts.has_reason(code.value)}
    assert set(Reason) - told == set()
    assert {len(pair) for said in texts._BOOK["reasons"].values() for pair in said.values()} == {2}
    assert all(line for said in texts._BOOK["reasons"].values() for pair in said.values() for line in pair)


def test_a_free_machine_of_the_family_is_named_where_the_hub_told_it() -> None:
    taken = {"until": "2026-11-24T14:00:00.000Z", "held": None}
    elsewhere = Objection(Reason.RESERVED_OTHER, {**taken, "machine": "LAS-2"})
    assert screen(denied(elsewhere)).lines[:3] == ("Booked", "free at 15:00", "or LAS-2 now")
    assert screen(denied(Objection(Reason.RESERVED_OTHER, taken))).lines[2] == ""


def test_the_extend_button_before_its_time_says_from_when_it_is_one() -> None:
    early = Objection(Reason.HORIZON, {"opens": "2026-11-24T13:45:00.000Z"})
    assert screen(denied(early)).lines[:2] == ("Too early", "Extend from 14:45")
    assert screen(denied(Objection(Reason.HORIZON))).lines[0] == "Too far ahead"


# -- faults


def failing(which: str, lang: str = "en", **changes: object) -> Showing:
    turn = LANGUAGES.index(lang) * TURN_MS
    return replace(FREE, now_ms=turn, inhibits=frozenset({Inhibit.FAULT}), fault=which, **changes)


@pytest.mark.parametrize(
    ("which", "head", "hint"),
    [
        ("welded", "FAULT RELAY WELDED", "Use the main switch"),
        ("dead", "FAULT RELAY DEAD", "Fuse or contactor?"),
        ("drawing", "FAULT DRAWS POWER", "Use the main switch"),
        ("self-check", "FAULT SELF-CHECK", "Do not switch on"),
        ("memory", "FAULT MEMORY", "Check every lockout"),
        ("", "FAULT RELAY", ""),
        ("of-a-later-keeper", "FAULT RELAY", ""),
    ],
)
def test_a_fault_says_which_and_what_helps(which: str, head: str, hint: str) -> None:
    assert screen(failing(which)).lines == (head, "Machine is off", "Call staff", hint)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("which", sorted(texts._BOOK["faults"]))
def test_every_fault_fits_its_lines_in_every_language(which: str, lang: str) -> None:
    what, hint = texts.fault(which, lang)
    assert 0 < len(what) <= 14
    assert len(hint) <= WIDTH
    assert what in screen(failing(which, lang)).lines[0]


def test_a_refusal_for_a_fault_says_which_too() -> None:
    assert screen(denied(Objection(Reason.FAULT, {"fault": "dead"}))).lines[0] == "FAULT RELAY DEAD"


def test_a_new_badges_figures_are_shown_to_be_compared_with_the_consoles() -> None:
    waiting = told(Word.ENROL, ends_ms=60_000, text="4073")
    assert screen(waiting).lines == ("Nouveau badge:", "présentez-le ici", "encore 60 s", "Contrôle 4073")
    assert screen(told(Word.ENROL, ends_ms=60_000)).lines[3] == ""


@given(
    name=st.text(max_size=30),
    reason=st.text(max_size=40),
    span_min=st.integers(-10_000, 10_000),
    phase=st.sampled_from(Phase),
    inhibits=st.frozensets(st.sampled_from(Inhibit)),
    now_ms=st.integers(0, 10**9),
    lang=st.sampled_from((*LANGUAGES, "xx", "")),
)
def test_whatever_happens_there_are_four_lines_of_at_most_21_letters(
    name: str, reason: str, span_min: int, phase: Phase, inhibits: frozenset, now_ms: int, lang: str
) -> None:
    guest = Guest(name, lang, SessionKind.USE, minutes(span_min), since_ms=0)
    slot = Slot(name, minutes(-5), minutes(abs(span_min)), minutes(span_min))
    down = Down(name, reason, NOON)
    shown = screen(
        replace(FREE, now_ms=now_ms, phase=phase, inhibits=inhibits, guest=guest, slot=slot, down=down)
    )
    assert len(shown.lines) == 4
    assert all(len(line) <= WIDTH for line in shown.lines)
    assert shown.led


@pytest.mark.parametrize("name", sorted(LEDS))
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_screen_has_its_text_in_every_language(name: str, lang: str) -> None:
    assert any(lines(name, lang, {"first10": "Bo"}))
