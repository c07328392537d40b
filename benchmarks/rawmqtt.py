"""The least that MQTT 3.1.1 asks of a client, on a bare socket: what nobody can be faster than through the same broker."""

import socket
from itertools import count
from struct import pack

PATIENCE_S = 20
SUBACK, PUBLISH, PUBACK = 0x90, 0x30, 0x40


class RawClient:
    """One connection; `ask` publishes with QoS 1 and waits for the next packet that comes on its own topic."""

    def __init__(self, host: str, port: int, user: str, password: str, *wanted: str) -> None:
        self._socket = socket.create_connection((host, port), PATIENCE_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._numbers = count(1)
        names = b"".join(_text(each) for each in (user, user, password))
        self._send(0x10, _text("MQTT") + b"\x04\xc2\x00\x3c" + names)
        self._packet()
        for topic in wanted:
            self._send(0x82, pack("!H", 1) + _text(topic) + b"\x01")
            while self._packet()[0] & 0xF0 != SUBACK:
                pass

    def publish(self, topic: str, payload: bytes) -> None:
        """QoS 1; the acknowledgement comes with the next packets."""
        self._send(0x32, _text(topic) + pack("!H", next(self._numbers) % 65535 + 1) + payload)

    def next(self) -> bytes:
        """The payload of the next message, acknowledged."""
        while True:
            kind, body = self._packet()
            if kind & 0xF0 != PUBLISH:
                continue
            length = int.from_bytes(body[:2], "big")
            if kind & 0x06:
                self._send(PUBACK, body[2 + length : 4 + length])
                return body[4 + length :]
            return body[2 + length :]

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def _send(self, kind: int, body: bytes) -> None:
        length, size = bytearray(), len(body)
        while True:
            size, low = divmod(size, 128)
            length.append(low | (0x80 if size else 0))
            if not size:
                break
        self._socket.sendall(bytes([kind]) + bytes(length) + body)

    def _packet(self) -> tuple[int, bytes]:
        kind, size, shift = self._exactly(1)[0], 0, 0
        while True:
            byte = self._exactly(1)[0]
            size |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                return kind, self._exactly(size)

    def _exactly(self, size: int) -> bytes:
        found = b""
        while len(found) < size:
            more = self._socket.recv(size - len(found))
            if not more:
                raise ConnectionError("the broker hung up")
            found += more
        return found


def _text(text: str) -> bytes:
    return pack("!H", len(text.encode())) + text.encode()
