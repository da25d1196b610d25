"""The page's server as a user starts it, in a process of its own, and a client that speaks to it."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

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
    """A running `estimative open`."""

    process: subprocess.Popen[str] = field(repr=False)
    port: int
    key: str
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
        """Read the key that is printed once the one before was used."""
        self.key = _address(self.process)[1]

    def end(self) -> int:
        """Press Ctrl-C."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=20)


@contextmanager
def serving(*arguments: str, folder: Path) -> Iterator[Server]:
    """Serve the page from a folder, with its own place for runs and unsaved changes."""
    environment = {**os.environ, "XDG_DATA_HOME": str(folder / "data")}
    command = [sys.executable, "-m", "estimative", "open", "--no-browser", *arguments]
    with subprocess.Popen(
        command, cwd=folder, env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    ) as process:
        try:
            port, key = _address(process)
            yield Server(process=process, port=port, key=key)
        finally:
            process.kill()


def _address(process: subprocess.Popen[str]) -> tuple[int, str]:
    """The port and the key of the address that is printed next."""
    assert process.stderr
    seen = ""
    for line in process.stderr:
        if found := ADDRESS.search(line):
            return int(found[1]), found[2]
        seen += line
    raise AssertionError(f"no address: {seen}")
