"""The calendar links: make one, take it back, and read it without signing in."""

from typing import Any
from urllib.parse import urlsplit

from hub.api import forms, shapes
from hub.api.door import Answer, Ask, found
from hub.api.forms import read_form
from hub.api.problems import granted
from hub.api.routes import Routes
from hub.ports import Feed
from hub.services.feeding import feed_shown, make_feed, revoke_feed
from hub.services.letting_in import Scope
from hub.words.ics import MIME, feed_text

routes = Routes()
root = Routes(prefix="")


@routes.add("GET", "/me/feeds", scope=Scope.READ, answer="FeedPage")
def feeds(ask: Ask) -> Answer:
    """The caller's calendar links; their secrets are not kept."""
    return Answer(shapes.page([_shape(one) for one in ask.read(lambda tx: tx.feeds.of(ask.person.id))]))


@routes.add(
    "POST", "/me/feeds", scope=Scope.BOOK, form=forms.NewFeed, success=201, answer="FeedMade", secret=True
)
def make(ask: Ask) -> Answer:
    """Make a calendar link; its address is shown this once."""
    form = read_form(forms.NewFeed, ask.body)
    feed, secret = granted(
        ask.write(
            lambda tx: make_feed(tx, ask.person, form.subject, form.machine, ask.now, details=form.details)
        )
    )
    return Answer(_shape(feed) | {"url": f"{ask.deps.public_url}/calendar/{secret}.ics"}, 201)


@routes.add("DELETE", "/me/feeds/{feed}", scope=Scope.BOOK, answer="Feed")
def revoke(ask: Ask, feed: str) -> Answer:
    """Take a calendar link back: it shows nothing from now on."""
    old = next((one for one in ask.read(lambda tx: tx.feeds.of(ask.person.id)) if one.id == feed), None)
    ask.must_match(_shape(found(old)))
    return Answer(_shape(granted(ask.write(lambda tx: revoke_feed(tx, ask.person, feed, ask.now)))))


@root.add("GET", "/calendar/{secret}.ics", answer=MIME)
def calendar(ask: Ask, secret: str) -> Answer:
    """A calendar for whoever has its link."""
    shown = found(ask.read(lambda tx: feed_shown(tx, secret, ask.now)))
    host = urlsplit(ask.deps.public_url).hostname or "loquet.invalid"
    return Answer(feed_text(shown, host), mimetype=MIME)


def _shape(one: Feed) -> dict[str, Any]:
    return {
        "id": one.id,
        "subject": one.subject.value,
        "machine": one.machine,
        "details": one.details,
        "created": shapes.when(one.created),
    }


routes.all += root.all
