"""Does a rule that learns late write the very addresses that the framework's own writes?"""

import pytest
from werkzeug.routing import Map, Rule

from hub.api.paths import LateRule, rule_of
from hub.api.registering import ROUTES

WRITTEN = sorted({rule_of(route.path) for route in ROUTES})
ADDRESSES = [path for path in WRITTEN if "<" in path][:8] + [path for path in WRITTEN if "<" not in path][:2]


def written(kind: type[Rule], path: str, *, unknown: bool, **more: str) -> str:
    rule = kind(path, endpoint="door")
    doors = Map([rule]).bind("hub.example")
    places = {name: f"é {number}/?" for number, name in enumerate(sorted(rule.arguments))}
    return doors.build("door", {**places, **more}, append_unknown=unknown)


@pytest.mark.parametrize("path", ADDRESSES)
def test_whoever_is_sent_to_a_door_is_sent_where_the_framework_would(path: str) -> None:
    for unknown in (True, False):
        for more in ({}, {"next": "/a b?c"}):
            assert written(LateRule, path, unknown=unknown, **more) == written(
                Rule, path, unknown=unknown, **more
            )


def test_what_the_door_does_not_know_stands_behind_the_question_mark() -> None:
    assert written(LateRule, "/sign-in", unknown=True, next="/week") == "/sign-in?next=/week"
    assert written(LateRule, "/sign-in", unknown=False, next="/week") == "/sign-in"
