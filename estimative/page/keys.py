"""Who may use the page: whoever has its address, once, and then the token that was given for it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from hmac import compare_digest

from msgspec import Struct, field


class Keys(Struct, kw_only=True):
    """The key in the address, which can be used once, and the tokens that were given out.

    The key is in the part of the address after "#", which browsers send to no server.
    """

    changed: Callable[[str], None]
    """Called with each new key."""
    _key: str = field(default_factory=secrets.token_urlsafe)
    _tokens: list[str] = field(default_factory=list)

    def __repr__(self) -> str:
        return f"Keys({len(self._tokens)} tokens)"

    @property
    def key(self) -> str:
        """The key that is valid now."""
        return self._key

    def enter(self, key: str) -> str | None:
        """Return a token for the key, which is then replaced; None for a wrong one."""
        if not compare_digest(key.encode(), self._key.encode()):
            return None
        token, self._key = secrets.token_urlsafe(), secrets.token_urlsafe()
        self._tokens.append(token)
        self.changed(self._key)
        return token

    def admits(self, token: str) -> bool:
        """Whether a token was given out."""
        return any(compare_digest(token.encode(), known.encode()) for known in self._tokens)
