"""How is a UID kept, so that a stolen database names no card?

Found by a keyed hash, kept encrypted (the nodes' keys are computed from it): both keys come from one secret outside the
database. The same seal keeps the nodes' secrets.
"""

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken


class Vault:
    """`hub.ports.BadgeVault` over one secret of 32 bytes."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) != 32:
            raise ValueError("the vault's secret has 32 bytes")
        self._finding = hmac.digest(secret, b"loquet badge find", hashlib.sha256)
        sealing = hmac.digest(secret, b"loquet badge seal", hashlib.sha256)
        self._fernet = Fernet(base64.urlsafe_b64encode(sealing))

    def key(self, uid: bytes) -> str:
        """The keyed hash (HMAC-SHA256, hex) under which the badge is found."""
        return hmac.digest(self._finding, uid, hashlib.sha256).hex()

    def seal(self, secret: bytes) -> bytes:
        """Encrypted and authenticated."""
        return self._fernet.encrypt(secret)

    def open(self, sealed: bytes) -> bytes:
        """What was sealed; ValueError when it was changed or the key is another."""
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken:
            raise ValueError("not sealed with this key") from None
