"""Does the hub live, and can it work? Two short answers for whoever watches over it.

Given on a listener of their own; at the root only to the bearer of a token, whatever his address.
"""

from collections.abc import Callable

from flask import Blueprint, Response, abort, jsonify, request

from hub.ports import Busy, Clock, Store
from hub.ports.link import NodeLink
from hub.services import watched
from hub.services.letting_in import caller_of
from hub.services.watched import Watch


def health(watch: Watch, guard: Callable[[], None] | None = None) -> Blueprint:
    """`/healthz`: the process answers. `/readyz`: the database answers too; 503 while it does not. `/metrics`: in figures.

    Without the broker the hub is ready all the same: pages work, and the nodes decide from their views.
    """
    store, link = watch.store, watch.link
    blueprint = Blueprint("health", __name__)
    if guard is not None:
        blueprint.before_request(guard)

    @blueprint.get("/healthz")
    def healthz() -> Response:
        return jsonify(status="ok")

    @blueprint.get("/readyz")
    def readyz() -> tuple[Response, int]:
        try:
            store.read(lambda tx: tx.meta.mark())
        except Busy:
            return jsonify(status="busy", broker=_broker(link)), 503
        return jsonify(status="ok", broker=_broker(link)), 200

    @blueprint.get("/metrics")
    def metrics() -> Response:
        try:
            return Response(watch.look(), content_type=f"{watched.MEDIA_TYPE}; charset=utf-8")
        except Busy:
            return Response("", 503, content_type="text/plain")

    return blueprint


def _broker(link: NodeLink | None) -> str:
    return "online" if link is not None and link.online else "offline"


def bearers_only(store: Store, clock: Clock) -> Callable[[], None]:
    """Let in whoever carries a valid token; for all others there is no such page."""

    def check() -> None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        known = scheme == "Bearer" and store.read(lambda tx: caller_of(tx, token.strip(), clock.wall()))
        if not known:
            abort(404)

    return check
