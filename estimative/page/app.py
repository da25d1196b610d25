"""The page as an ASGI application: its own files, and its actions."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from http import HTTPStatus
from importlib import resources

import anyio
import anyio.to_thread
import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from estimative.page import requests
from estimative.page.guard import API, ENTER, Guard
from estimative.page.keys import Keys
from estimative.page.open_page import OpenPage
from estimative.page.reply import Data, Failure, Lines, Reply, reply
from estimative.page.saving import Download

TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
START = "/"
JSON = "application/json"
PATIENCE = 20
"""Seconds in which the body of a request has to come."""
FILE = "x-estimative-file"
"""The header with the name of a document."""


def page_files() -> Mapping[str, tuple[bytes, str]]:
    """The page's own files with their types, by path: nothing else can be read."""
    files = {}
    for file in resources.files("estimative.page").joinpath("static").iterdir():
        kind = TYPES.get(f".{file.name.rpartition('.')[2]}")
        if kind and file.is_file():
            files[START if file.name == "index.html" else f"/{file.name}"] = file.read_bytes(), kind
    return files


def application(page: OpenPage, keys: Keys, hosts: list[str]) -> ASGIApp:
    """A page for those who know the key, under these names with the port."""
    files = page_files()

    async def read(request: Request) -> Response:
        content, kind = files[request.url.path]
        return Response(content, media_type=f"{kind}; charset=utf-8")

    async def enter(request: Request) -> Response:
        body = await _body(request)
        try:
            token = keys.enter(msgspec.json.decode(body, type=requests.Enter).key)
        except (msgspec.MsgspecError, UnicodeError) as error:
            return _refusal(HTTPStatus.BAD_REQUEST, str(error))
        if token is None:
            return _refusal(HTTPStatus.FORBIDDEN, "This address was used before. Open the one that was printed last.")
        return Response(msgspec.json.encode({"token": token}), media_type=JSON)

    async def act(request: Request) -> Response:
        name, body = request.path_params["action"], await _body(request)
        return _response(await anyio.to_thread.run_sync(reply, page, name, body))

    routes = [
        Route(ENTER, enter, methods=["POST"]),
        Route(f"{API}{{action:path}}", act, methods=["POST"]),
        *(Route(path, read) for path in files),
    ]
    return Guard(app=Starlette(routes=routes), keys=keys, hosts=frozenset(hosts), paths=frozenset(files))


async def _body(request: Request) -> bytes:
    """The body of a request; one that does not come in time is cut off, which is no JSON."""
    with anyio.move_on_after(PATIENCE):
        return await request.body()
    return b""


def _response(answer: Reply) -> Response:
    match answer:
        case Data(content=content):
            return Response(content, media_type=JSON)
        case Download(name=name, content=content):
            return Response(content, media_type="application/octet-stream", headers={FILE: name})
        case Lines():
            return StreamingResponse(_sent(answer), media_type="application/x-ndjson")
        case Failure(status=status, issues=issues) if issues:
            return Response(issues, status, media_type=JSON)
        case Failure(status=status, reason=reason):
            return _refusal(status, reason)


async def _sent(answer: Lines) -> AsyncIterator[bytes]:
    """One line for each part; a reader who leaves stops what computes them."""
    lines = iter(answer)
    try:
        while (line := await anyio.to_thread.run_sync(next, lines, None, abandon_on_cancel=True)) is not None:
            yield line + b"\n"
    finally:
        answer.stream.stop()


def _refusal(status: HTTPStatus, reason: str) -> Response:
    return Response(reason, status, media_type="text/plain")
