"""Whose word on the caller's address counts? Only a proxy's that the settings name."""

from collections.abc import Callable, Iterable, Sequence
from ipaddress import ip_address, ip_network
from typing import Any

from werkzeug.middleware.proxy_fix import ProxyFix

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


class TrustedProxies:
    """WSGI: `X-Forwarded-For`, `-Proto` and `-Host` are taken from trusted networks, and left aside from others."""

    def __init__(self, app: Wsgi, networks: Sequence[str]) -> None:
        self._plain = app
        self._through = ProxyFix(app, x_for=1, x_proto=1, x_host=1)
        self._networks = [ip_network(network) for network in networks]

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Hand the request on, with the client's own address where a trusted proxy names it."""
        trusted = bool(self._networks) and self._trusts(str(environ.get("REMOTE_ADDR", "")))
        return (self._through if trusted else self._plain)(environ, start_response)

    def _trusts(self, peer: str) -> bool:
        try:
            address = ip_address(peer)
        except ValueError:
            return False
        return any(address in network for network in self._networks)
