"""The page as an ASGI application: its own files, and its actions."""

from __future__ import annotations

import traceback
from collections.abc import AsyncIterator, Iterator, Mapping
from http import HTTPStatus
from importlib import resources

import anyio.to_thread
import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from estimative.model.codec import to_compact_json
from estimative.page import requests
from estimative.page.actions import ACTIONS, Action
from estimative.page.guard import API, ENTER, Guard
from estimative.page.keys import Keys
from estimative.page.open_page import OpenPage, Stale
from estimative.page.saving import Download
from estimative.priors.errors import InvalidInput

TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
START = "/"
JSON = "application/json"
DEFECT = "This is a defect of the program. The terminal has the details."
FILE = "x-estimative-file"
"""The header with the name of a document."""


def page_files() -> Mapping[str, tuple[bytes, str]]:
    """The page's own files with their types, by path: nothing else can be read."""
    found = {}
    for file in resources.files("estimative.page").joinpath("static").iterdir():
        kind = TYPES.get(f".{file.name.rpartition('.')[2]}")
        if kind and file.is_file():
            found[START if file.name == "index.html" else f"/{file.name}"] = file.read_bytes(), kind
    return found


def application(page: OpenPage, keys: Keys, hosts: list[str]) -> ASGIApp:
    """A page for those who know the key, under these names with the port."""
    files = page_files()

    async def read(request: Request) -> Response:
        content, kind = files[request.url.path]
        return Response(content, media_type=f"{kind}; charset=utf-8")

    async def enter(request: Request) -> Response:
        body = await request.body()
        try:
            token = keys.enter(msgspec.json.decode(body, type=requests.Enter).key)
        except (msgspec.MsgspecError, UnicodeError) as error:
            return _refusal(HTTPStatus.BAD_REQUEST, str(error))
        if token is None:
            return _refusal(HTTPStatus.FORBIDDEN, "This address was used before. Open the one that was printed last.")
        return Response(msgspec.json.encode({"token": token}), media_type=JSON)

    async def act(request: Request) -> Response:
        action = ACTIONS.get(request.path_params["action"])
        if action is None:
            return _refusal(HTTPStatus.NOT_FOUND, "There is no such action.")
        try:
            asked: object = msgspec.json.decode(await request.body(), type=action.request)
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            return _refusal(HTTPStatus.BAD_REQUEST, str(error))
        return await _answer(page, action, asked)

    routes = [
        Route(ENTER, enter, methods=["POST"]),
        Route(f"{API}{{action:path}}", act, methods=["POST"]),
        *(Route(path, read) for path in files),
    ]
    return Guard(app=Starlette(routes=routes), keys=keys, hosts=frozenset(hosts), paths=frozenset(files))


async def _answer(page: OpenPage, action: Action, asked: object) -> Response:
    try:
        answer = await anyio.to_thread.run_sync(action.answer, page, asked)
        if action.streams:
            # The first part is awaited here, so that an error before it has a status of its own.
            parts = iter(answer)  # type: ignore[call-overload]
            first = await anyio.to_thread.run_sync(next, parts, None)
            return StreamingResponse(_lines(first, parts), media_type="application/x-ndjson")
        if isinstance(answer, Download):
            return Response(answer.content, media_type="application/octet-stream", headers={FILE: answer.name})
        return Response(to_compact_json(answer), media_type=JSON)
    except Stale:
        return _refusal(HTTPStatus.CONFLICT, "It was changed in another tab.")
    except InvalidInput as error:
        issues = [{"name": issue.place.key, "text": str(issue)} for issue in error.issues]
        return Response(msgspec.json.encode({"issues": issues}), HTTPStatus.UNPROCESSABLE_ENTITY, media_type=JSON)
    except Exception:
        traceback.print_exc()
        return _refusal(HTTPStatus.INTERNAL_SERVER_ERROR, DEFECT)


async def _lines(first: object, parts: Iterator[object]) -> AsyncIterator[bytes]:
    """One line of JSON for each part; a reader who leaves stops what computes them."""
    part = first
    try:
        while part is not None:
            yield to_compact_json(part) + b"\n"
            part = await anyio.to_thread.run_sync(next, parts, None, abandon_on_cancel=True)
    except InvalidInput as error:
        yield msgspec.json.encode({"part": "error", "error": str(error)}) + b"\n"
    except Exception:
        traceback.print_exc()
        yield msgspec.json.encode({"part": "error", "error": DEFECT}) + b"\n"
    finally:
        getattr(parts, "close", lambda: None)()


def _refusal(status: HTTPStatus, reason: str) -> Response:
    return Response(reason, status, media_type="text/plain")
