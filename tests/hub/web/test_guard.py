"""What every page promises the browser, and what no form can do without its token."""

import re

import pytest
from flask import request

from hub.app import create_app
from hub.web.frame import STATIC

PUBLIC = ("/", "/?family=laser", "/machines/LAS-1", "/sign-in", "/nowhere", "/machines/NOPE")
MEMBERS = ("/mine", "/week", "/machines/LAS-1/book", "/machines/SOL-1/book?minutes=60&day=2026-11-25")
STAFFS = (
    "/staff", "/staff/certify", "/staff/machines/LAS-1/lock", "/staff/machines/LAS-1/out", "/staff/series",
    "/staff/groups", "/staff/badges", "/staff/rules/lab/adc", "/staff/courses/LAS1/checklist", "/staff/members",
)  # fmt: skip
NONCE = re.compile(r"'nonce-([\w-]+)'")


def check(answer):
    policy = answer.headers["Content-Security-Policy"]
    nonce = NONCE.search(policy)[1]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    for script in re.findall(r"<script[^>]*>", answer.text):
        assert f'nonce="{nonce}"' in script
        assert " src=" in script
    assert not re.search(r"<[^>]+\sstyle\s*=", answer.text)
    assert not re.search(r"<[^>]+\son[a-z]+\s*=", answer.text)
    assert "<style" not in answer.text
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", [*PUBLIC, *MEMBERS, *STAFFS])
def test_every_page_carries_the_policy_and_obeys_it_for_a_stranger(browser, path):
    check(browser().get(path))


def test_every_page_carries_the_policy_and_obeys_it_for_the_manager(browser):
    boss = browser("max")
    for path in (*PUBLIC, *MEMBERS, *STAFFS):
        check(boss.get(path))


def test_no_two_pages_share_a_nonce(browser):
    stranger = browser()
    nonces = {NONCE.search(stranger.get("/").headers["Content-Security-Policy"])[1] for _ in range(5)}
    assert len(nonces) == 5


def test_every_route_that_changes_something_wants_the_forms_token(app, browser, store):
    boss = browser("max")
    before = store.read(lambda tx: tx.audit.head())
    tried = 0
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("api."):
            continue
        for method in sorted(rule.methods - {"GET", "HEAD", "OPTIONS"}):
            path = rule.rule
            for name in rule.arguments:
                path = re.sub(rf"<int:{name}>", "1", path)
                path = re.sub(rf"<[^>]*{name}>", "LAS-1", path)
            answer = boss.client.open(path, method=method, data={"reason": "x"})
            assert answer.status_code == 400, (method, path)
            tried += 1
    assert tried >= 8
    assert store.read(lambda tx: tx.audit.head()) == before


def test_a_token_of_one_session_is_nothing_in_another(browser):
    stolen = browser("amélie").token("/mine")
    answer = browser("bram").client.post("/sign-out", data={"csrf_token": stolen})
    assert answer.status_code == 400


def test_reading_changes_nothing(app, browser, store):
    boss = browser("max")
    before = store.read(lambda tx: tx.audit.head())
    for path in (*PUBLIC, *MEMBERS, *STAFFS):
        boss.get(path)
        boss.client.head(path)
    assert store.read(lambda tx: tx.audit.head()) == before


def test_the_bench_is_not_there(browser):
    for path in ("/bench", "/bench/state"):
        assert browser().get(path).status_code == 404


def test_health_is_no_strangers_business(browser):
    assert browser().get("/healthz").status_code == 404
    assert browser(address="127.0.0.1").get("/readyz").status_code == 404


def test_a_page_that_is_too_large_is_refused(browser):
    answer = browser().client.post("/sign-in", data={"email": "x" * 2_000_000})
    assert answer.status_code in (400, 413)


def test_own_files_live_long_only_under_their_version(browser):
    stranger = browser()
    versioned = re.search(r'href="(/static/loquet\.css\?v=\w+)"', stranger.get("/").text)[1]
    with stranger.get(versioned) as answer:
        assert "immutable" in answer.headers["Cache-Control"]
    with stranger.get("/static/loquet.css") as answer:
        assert "immutable" not in answer.headers["Cache-Control"]


def test_only_a_named_proxy_may_say_who_calls(settings, store, cast, clock):
    behind = create_app(
        settings.model_copy(update={"trusted_proxies": ("10.0.0.0/8",)}), store=store, clock=clock
    )
    seen = []
    behind.add_url_rule("/who", "who", lambda: seen.append(request.remote_addr) or "")
    forged = {"X-Forwarded-For": "203.0.113.5"}
    behind.test_client().get("/who", headers=forged, environ_overrides={"REMOTE_ADDR": "198.51.100.1"})
    behind.test_client().get("/who", headers=forged, environ_overrides={"REMOTE_ADDR": "10.1.2.3"})
    assert seen == ["198.51.100.1", "203.0.113.5"]


@pytest.mark.parametrize("path", ["/", "/machines/LAS-1", "/mine", "/machines/LAS-1/book", "/week"])
def test_a_page_brings_no_more_style_than_it_wears(browser, path):
    """visual.md §4 aims at 16 kB: what all pages share stays below it; none carries another page's parts."""
    bram = browser("bram")
    sheets = re.findall(r'<link rel="stylesheet" href="/static/([^"?]+)', bram.get(path).text)
    assert "loquet.css" in sheets
    assert (STATIC / "loquet.css").stat().st_size < 16_000
    assert sum((STATIC / one).stat().st_size for one in sheets) < 24_600
    assert not any("bench" in one or "staff" in one for one in sheets)
