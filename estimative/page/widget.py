"""The page as a widget of a notebook: its modules as one, and its actions as messages."""

from __future__ import annotations

import asyncio
import re
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import suppress
from graphlib import TopologicalSorter
from http import HTTPStatus
from importlib import resources
from pathlib import Path

import anywidget
import msgspec
from msgspec import Struct
from traitlets import Unicode

from estimative.page import requests
from estimative.page.job import prepare
from estimative.page.open_page import OpenPage
from estimative.page.reply import Data, Failure, Lines, Reply, reply
from estimative.page.saving import Download
from estimative.page.stream import Stream

ENTRY = "widget.js"
IMPORT = re.compile(r'^import [^;"]*"\./([^"]+)";$', re.MULTILINE)
LOADER = """\
const urls = {};
for (const [name, source] of %s) {
  let text = source;
  for (const [other, url] of Object.entries(urls)) text = text.replaceAll(`"./${other}"`, `"${url}"`);
  urls[name] = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
}
const { default: widget } = await import(urls["%s"]);
for (const url of Object.values(urls)) URL.revokeObjectURL(url);
export default widget;
"""
"""The one module that a notebook loads: it gives each of the others an address, after those that it imports."""


def page_module() -> str:
    """The modules of the page as one.

    Raises
    ------
    graphlib.CycleError
        If modules import each other.
    """
    sources: dict[str, str] = {}
    imports: dict[str, list[str]] = {}
    waiting = [ENTRY]
    while waiting:
        name = waiting.pop()
        if name not in sources:
            sources[name] = _static(name)
            imports[name] = IMPORT.findall(sources[name])
            waiting += imports[name]
    ordered = [(name, sources[name]) for name in TopologicalSorter(imports).static_order()]
    return LOADER % (msgspec.json.encode(ordered).decode(), ENTRY)


def _static(name: str) -> str:
    return resources.files("estimative.page").joinpath("static", name).read_text(encoding="utf-8")


class _Request(Struct, kw_only=True):
    """What a view of the widget waits for."""

    stream: Stream | None = None
    aborted: bool = False

    def begin(self, stream: Stream) -> None:
        """Note the stream of its answer; one that nobody waits for any more is stopped."""
        self.stream = stream
        if self.aborted:
            stream.stop()

    def abort(self) -> None:
        """Stop its stream, now or when it begins."""
        self.aborted = True
        if self.stream:
            self.stream.stop()


type Message = tuple[dict[str, object], list[bytes]]
"""What is sent about a request, and the documents that belong to it."""


class PageWidget(anywidget.AnyWidget):  # type: ignore[misc]
    """A page that a notebook shows, until it is closed.

    Parameters
    ----------
    page
        Belongs to the widget from then on.
    """

    _esm = page_module()
    _style = Unicode(_static("style.css")).tag(sync=True)

    def __init__(self, page: OpenPage) -> None:
        self._page = page
        self._requests: dict[str, _Request] = {}
        super().__init__()
        self.on_msg(PageWidget._receive)
        weakref.finalize(self, page.close)
        OPEN.add(self)
        prepare()

    def __repr__(self) -> str:
        return f"PageWidget({', '.join(each.name for each in self._page.desk.sets)})"

    def has_open(self, file: Path) -> bool:
        """Whether no other page can open a prior set meanwhile."""
        return file.resolve() in self._page.reserved

    def close(self) -> None:
        """Stop what it computes, and let other pages open its files. Unsaved changes are kept."""
        self.send({"closed": True})
        self._page.close()
        super().close()

    def _receive(self, content: object, _: object) -> None:
        """Do what a view asks for, in a thread, so that the kernel is free meanwhile."""
        try:
            message = msgspec.convert(content, requests.Message)
        except msgspec.ValidationError:
            return  # of whatever else a notebook sends
        if message.abort:
            if request := self._requests.get(message.id):
                request.abort()
            return
        request = self._requests[message.id] = _Request()
        threading.Thread(target=self._answer, args=(message, request, self._sender(request)), daemon=True).start()

    def _sender(self, request: _Request) -> Callable[[Message], object]:
        """How messages are sent: by the event loop of the kernel, as not every notebook takes them from a thread."""

        def send(message: Message) -> None:
            if not request.aborted:
                self.send(*message)

        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # there is none
            return send

        def send_later(message: Message) -> None:
            with suppress(RuntimeError):  # the notebook has ended
                loop.call_soon_threadsafe(send, message)

        return send_later

    def _answer(self, message: requests.Message, request: _Request, send: Callable[[Message], object]) -> None:
        body = msgspec.json.encode(message.body)
        try:
            for content, documents in _messages(reply(self._page, message.action, body, begun=request.begin)):
                send(({"id": message.id, **content}, documents))
        finally:
            del self._requests[message.id]


def _messages(answer: Reply) -> Iterator[Message]:
    match answer:
        case Data(content=content):
            yield {"status": HTTPStatus.OK.value, "data": msgspec.json.decode(content)}, []
        case Download(name=name, content=content):
            yield {"status": HTTPStatus.OK.value, "file": name}, [content]
        case Lines() as lines:
            for line in lines:
                yield {"part": msgspec.json.decode(line)}, []
            yield {"end": True}, []
        case Failure(status=status, reason=reason, issues=issues):
            yield {"status": status.value, "data": msgspec.json.decode(issues) if issues else reason}, []


OPEN: weakref.WeakSet[PageWidget] = weakref.WeakSet()
"""All that somebody still has."""


def close_earlier(file: Path) -> None:
    """Close the widget that has a prior set open: a cell that is run again takes its place."""
    for widget in [*OPEN]:
        if widget.has_open(file):
            widget.close()
