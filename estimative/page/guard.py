"""What every request has to be before anything is done for it, and what every answer says to the browser."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from http import HTTPStatus

from msgspec import Struct
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from estimative.page.keys import Keys

API = "/api/"
ENTER = "/api/enter"
"""The only action without a token."""
TOKEN = "x-estimative-token"
MAX_BODY = 1 << 20
"""Bytes."""
MAX_FIELD = 8192
"""Characters of a header."""
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
ANSWER_HEADERS: Mapping[str, str] = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "cache-control": "no-store",
}


class Refusal(Struct, frozen=True, kw_only=True):
    """Why a request is refused."""

    status: HTTPStatus
    reason: str


class Guard(Struct, frozen=True, kw_only=True):
    """Lets through what the page itself asks for, with the token, and nothing else."""

    app: ASGIApp
    keys: Keys
    hosts: Collection[str]
    """The names of this server, with its port, that a browser may have asked for."""
    paths: Collection[str]
    """That may be read."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] != "http":
            return

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(ANSWER_HEADERS)
            await send(message)

        refusal = next(self._refusals(scope), None)
        if refusal:
            await Response(refusal.reason, refusal.status, media_type="text/plain")(scope, receive, answer)
            return
        await self.app(scope, receive, answer)

    def _refusals(self, scope: Scope) -> Iterator[Refusal]:
        headers, path, method = Headers(scope=scope), scope["path"], scope["method"]
        names = [name for name, _ in scope["headers"]]
        hosts = headers.getlist("host")
        if len(hosts) != 1 or hosts[0].lower() not in self.hosts:
            yield Refusal(status=HTTPStatus.MISDIRECTED_REQUEST, reason="Another host was asked for.")
        if any(len(value) > MAX_FIELD for _, value in scope["headers"]) or len(names) > 100:
            yield Refusal(status=HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, reason="A header is too long.")
        origins = {origin.lower() for origin in headers.getlist("origin")}
        if not origins <= {f"http://{host}" for host in self.hosts}:
            yield Refusal(status=HTTPStatus.FORBIDDEN, reason="Another page asked.")
        if path.startswith(API):
            yield from self._of_action(headers, path, method)
        elif path not in self.paths or scope["query_string"]:
            yield Refusal(status=HTTPStatus.NOT_FOUND, reason="There is no such page.")
        elif method not in ("GET", "HEAD"):
            yield Refusal(status=HTTPStatus.METHOD_NOT_ALLOWED, reason="It can only be read.")
        elif (
            headers.get("sec-fetch-site") in ("cross-site", "same-site") and headers.get("sec-fetch-dest") != "document"
        ):
            yield Refusal(status=HTTPStatus.FORBIDDEN, reason="Another page asked.")

    def _of_action(self, headers: Headers, path: str, method: str) -> Iterator[Refusal]:
        if method != "POST":
            yield Refusal(status=HTTPStatus.METHOD_NOT_ALLOWED, reason="Only POST is allowed.")
        if "origin" not in headers or headers.get("sec-fetch-site", "same-origin") != "same-origin":
            yield Refusal(status=HTTPStatus.FORBIDDEN, reason="Another page asked.")
        if headers.getlist("content-type") != ["application/json"]:
            yield Refusal(status=HTTPStatus.UNSUPPORTED_MEDIA_TYPE, reason="Only JSON is allowed.")
        length = headers.get("content-length", "")
        if not length.isascii() or not length.isdigit():
            yield Refusal(status=HTTPStatus.LENGTH_REQUIRED, reason="The length is missing.")
        elif int(length) > MAX_BODY:
            yield Refusal(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE, reason="That is too much.")
        if path != ENTER and not self.keys.admits(headers.get(TOKEN, "")):
            yield Refusal(
                status=HTTPStatus.UNAUTHORIZED,
                reason="This tab has no access. Open the address that estimative printed last.",
            )
