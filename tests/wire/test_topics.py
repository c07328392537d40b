"""Who may say what, where?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.wire import topics
from core.wire.refused import Flaw, Refused
from core.wire.topics import Down, Up


def test_a_node_speaks_below_its_own_name():
    assert topics.up("las-1", Up.STATE) == "loquet/v1/node/las-1/up/state"
    assert topics.down("las-1", Down.ORDER) == "loquet/v1/node/las-1/down/order"
    assert topics.HUB_STATE == "loquet/v1/hub/state"


@pytest.mark.parametrize("name", ["las-1", "3dp-1", "abc", "0-0", "a" * 32])
def test_an_ordinary_name_is_a_node(name):
    assert topics.is_node_id(name)


@pytest.mark.parametrize(
    "name",
    [
        "hub",
        "gateway",
        "broker",
        "admin",
        "homeassistant",  # taken for somebody else
        "ab",
        "a" * 33,
        "-as-1",
        "Las-1",
        "las_1",
        "las.1",
        "hub.1",
        "las-1\n",
        "l\u00e4s-1",
        "las/1",
        "+",
        "#",
        "",
    ],
)
def test_no_node_is_called_like_a_gateway_a_wildcard_or_a_path(name):
    assert not topics.is_node_id(name)
    with pytest.raises(ValueError):
        topics.up(name, Up.STATE)


@pytest.mark.parametrize("kind", list(Up))
def test_what_a_node_says_is_read_back(kind):
    assert topics.read_up(topics.up("las-1", kind)) == ("las-1", kind)


@pytest.mark.parametrize("kind", list(Down))
def test_what_the_hub_says_is_read_back_by_its_node_alone(kind):
    assert topics.read_down(topics.down("las-1", kind), "las-1") is kind
    with pytest.raises(Refused):
        topics.read_down(topics.down("las-1", kind), "las-2")


@pytest.mark.parametrize(
    "topic",
    [
        "",
        "loquet/v1/hub/state",
        "loquet/v1/node/las-1/up",
        "loquet/v1/node/las-1/up/state/more",
        "loquet/v1/node/las-1/up/view",
        "loquet/v1/node/las-1/down/state",
        "loquet/v1/node/hub/up/state",
        "loquet/v2/node/las-1/up/state",
        "x/loquet/v1/node/las-1/up/state",
        "loquet/v1/node//up/state",
        "$SYS/broker/load",
    ],
)
def test_a_topic_that_was_not_asked_for_is_refused(topic):
    with pytest.raises(Refused) as caught:
        topics.read_up(topic)
    assert caught.value.flaw is Flaw.TOPIC


@given(st.text(max_size=60))
def test_no_topic_breaks_the_reader(topic):
    with pytest.raises(Refused):
        topics.read_up(topic)
    with pytest.raises(Refused):
        topics.read_down(topic, "las-1")


def test_the_hub_subscribes_line_by_line_and_never_to_everything():
    assert topics.all_up() == tuple(
        f"loquet/v1/node/+/up/{kind}" for kind in ("state", "hello", "records", "ask", "done")
    )


def test_questions_and_answers_are_sent_once_and_orders_are_never_kept():
    unsure = {kind for kind in (*Up, *Down) if topics.qos(kind) == 0}
    kept = {kind for kind in (*Up, *Down) if topics.retained(kind)}
    assert unsure == {Up.ASK, Down.ANSWER}
    assert kept == {Up.STATE, Down.VIEW, Down.LOCKS}
    assert [kind for kind in (*Up, *Down) if not topics.sealed(kind)] == [Up.STATE]
