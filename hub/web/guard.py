"""What may a page do in a browser? A strict content security policy and its companions, on every answer.

No inline script without the request's nonce, no style attribute, no frame, nothing from elsewhere.
"""

import secrets
from collections.abc import Mapping

from flask import Flask, Response, abort, g, request

POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
}
NONCE_BYTES = 16  # 128 bits, as CSP level 3 asks


def csp_nonce() -> str:
    """The nonce of the running request; the same for every script on the page."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(NONCE_BYTES)
    return str(g.csp_nonce)


def headers_for(public_url: str) -> dict[str, str]:
    """The same headers for every answer; over https also the promise to stay there."""
    secure = {"Strict-Transport-Security": "max-age=31536000"} if public_url.startswith("https") else {}
    return HEADERS | secure


def guard(app: Flask, headers: Mapping[str, str]) -> None:
    """Put the policy and these headers on every answer; refuse what no keyboard types and PostgreSQL cannot keep."""

    @app.before_request
    def legible() -> None:
        if (request.endpoint or "").startswith("api."):  # says it field by field, and reads its body itself
            return
        sent = (
            value
            for said in (request.args, request.form)
            for pair in said.items(multi=True)
            for value in pair
        )
        if "\x00" in request.path or any("\x00" in text for text in sent):
            abort(400)

    @app.after_request
    def protect(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", POLICY.format(nonce=csp_nonce()))
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        return response
