"""The page's server, as a user starts it in a process of its own or in a thread of this one, and a client for it."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import queue
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from estimative.model.record.run_store import Store
from estimative.page import serve
from estimative.page.open_page import open_page
from estimative.priors.verbal_scale import ICD203
from estimative.workflows.session import Settings

ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)/#(\S+)")


@dataclass(frozen=True, kw_only=True)
class Reply:
    """The answer to one request."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(repr=False)

    @property
    def data(self) -> Any:
        return json.loads(self.body)


@dataclass(kw_only=True)
class Server:
    """A running page."""

    port: int
    key: str
    next_key: Callable[[], str] = field(repr=False)
    """Waits for the one that takes the place of a key that was used."""
    stop: Callable[[], None] = field(repr=False)
    token: str = ""

    @property
    def address(self) -> str:
        """What the user opens."""
        return f"http://127.0.0.1:{self.port}/#{self.key}"

    def request(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Reply:
        """Send exactly these headers, with the length of the body where none is given."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in (headers or {}).items():
                connection.putheader(name, value)
            connection.endheaders(body or None)
            response = connection.getresponse()
            return Reply(status=response.status, body=response.read(), headers=dict(response.getheaders()))
        finally:
            connection.close()

    def headers(self, body: bytes = b"{}", **others: str) -> dict[str, str]:
        """Those of the page itself; others take their place, and an empty one is left out."""
        own = {
            "host": f"127.0.0.1:{self.port}",
            "origin": f"http://127.0.0.1:{self.port}",
            "content-type": "application/json",
            "content-length": str(len(body)),
            "x-estimative-token": self.token,
            **{name.replace("_", "-"): value for name, value in others.items()},
        }
        return {name: value for name, value in own.items() if value}

    def ask(self, action: str, **body: object) -> Reply:
        """Ask for an action as the page does."""
        raw = json.dumps(body).encode()
        return self.request("POST", f"/api/{action}", raw, self.headers(raw))

    def parts(self, action: str, **body: object) -> list[Any]:
        """An answer part by part."""
        reply = self.ask(action, **body)
        assert reply.status == 200, reply
        return [json.loads(line) for line in reply.body.splitlines()]

    def enter(self) -> None:
        """Get a token for the key; the key is another one from then on."""
        self.token = self.ask("enter", key=self.key).data["token"]
        self.renew()

    def renew(self) -> None:
        """Take the key that is printed once the one before was used."""
        self.key = self.next_key()


@dataclass(kw_only=True)
class Command(Server):
    """A running `estimative open`."""

    process: subprocess.Popen[str] = field(repr=False)

    def end(self) -> int:
        """Press Ctrl-C."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=60)


@contextmanager
def serving(*arguments: str, folder: Path) -> Iterator[Command]:
    """Serve the page from a folder, with its own place for runs and unsaved changes."""
    environment = {**os.environ, "XDG_DATA_HOME": str(folder / "data")}
    command = [sys.executable, "-m", "estimative", "open", "--no-browser", *arguments]
    with subprocess.Popen(
        command, cwd=folder, env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    ) as process:
        try:
            port, key = _address(process)
            yield Command(process=process, port=port, key=key, next_key=lambda: _address(process)[1], stop=process.kill)
        finally:
            process.kill()


@contextmanager
def serving_here(scenario: str | Path, *priors: str | Path, folder: Path) -> Iterator[Server]:
    """Serve the page from a thread of this process, which spares the seconds in which another one starts.

    Parameters
    ----------
    scenario, priors
        Paths, for as long as the page is open.
    folder
        The place for runs and unsaved changes.
    """
    settings, store = Settings(method="importance"), Store(folder / "runs")
    with patch.dict(os.environ, XDG_DATA_HOME=str(folder / "data")):
        page = open_page(str(scenario), [*map(str, priors)], None, settings=settings, scale=ICD203, store=store)
    printed: queue.SimpleQueue[tuple[int, str]] = queue.SimpleQueue()
    servers: list[Any] = []

    class Known(serve._Server):
        """One that can be ended from here."""

        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments)
            servers.append(self)

        async def main_loop(self) -> None:
            """Look ten times as often as usual whether it should end."""
            while not await self.on_tick(0):
                await asyncio.sleep(0.01)

    def stop() -> None:
        for each in servers:
            each.should_exit = each.force_exit = True
        thread.join(timeout=60)

    def opened(address: str) -> None:
        match = ADDRESS.search(address)
        assert match
        printed.put((int(match[1]), match[2]))

    with patch.object(serve, "_Server", Known):
        thread = threading.Thread(target=serve.serve, args=(page,), kwargs={"opened": opened}, daemon=True)
        thread.start()
        port, key = printed.get(timeout=60)
        server = Server(port=port, key=key, next_key=lambda: printed.get(timeout=60)[1], stop=stop)
        server.enter()
    yield server
    stop()


def _address(process: subprocess.Popen[str]) -> tuple[int, str]:
    """The port and the key of the address that is printed next."""
    assert process.stderr
    seen = ""
    for line in process.stderr:
        if found := ADDRESS.search(line):
            return int(found[1]), found[2]
        seen += line
    raise AssertionError(f"no address: {seen}")
