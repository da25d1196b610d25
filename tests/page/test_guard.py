"""What the page's server refuses: every request that is not the page's own."""

from __future__ import annotations

import http.client
import json
import re
import socket
from collections.abc import Callable, Iterator

import pytest

from tests.command import PRIORS, SCENARIO
from tests.page_server import Reply, Server, serving_here

GOOD = b"{}"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("page")
    (folder / "ferry.toml").write_text(SCENARIO)
    (folder / "mate.toml").write_text(PRIORS)
    (folder / "secret.txt").write_text("secret")
    with serving_here(folder / "ferry.toml", folder / "mate.toml", folder=folder) as running:
        yield running


def post(server: Server, path: str = "/api/desk", body: bytes = GOOD, **headers: str) -> Reply:
    return server.request("POST", path, body, server.headers(body, **headers))


def get(server: Server, path: str = "/", **headers: str) -> Reply:
    own = {name: value for name, value in server.headers(b"").items() if name == "host"}
    return server.request("GET", path, headers={**own, **{n.replace("_", "-"): v for n, v in headers.items()}})


def method(name: str, path: str) -> Callable[[Server], Reply]:
    return lambda server: server.request(name, path, GOOD, server.headers(GOOD))


# What is no HTTP is answered before its body is read, and what arrives after that would reset the connection.
ATTEMPTS: dict[str, tuple[Callable[[Server], Reply], int]] = {
    "no host": (lambda s: post(s, body=b"", host=""), 400),
    "another host": (lambda s: post(s, host="evil.example"), 421),
    "another host with the port": (lambda s: post(s, host=f"evil.example:{s.port}"), 421),
    "the host without the port": (lambda s: post(s, host="127.0.0.1"), 421),
    "another port": (lambda s: post(s, host=f"127.0.0.1:{s.port + 1}"), 421),
    "a name that ends like the host": (lambda s: post(s, host=f"x127.0.0.1:{s.port}"), 421),
    "a page of another host": (lambda s: get(s, host="evil.example"), 421),
    "no origin": (lambda s: post(s, origin=""), 403),
    "another origin": (lambda s: post(s, origin="http://evil.example"), 403),
    "an opaque origin": (lambda s: post(s, origin="null"), 403),
    "the origin with another scheme": (lambda s: post(s, origin=f"https://127.0.0.1:{s.port}"), 403),
    "the origin with another port": (lambda s: post(s, origin=f"http://127.0.0.1:{s.port + 1}"), 403),
    "an origin that begins like ours": (lambda s: post(s, origin=f"http://127.0.0.1:{s.port}.evil.example"), 403),
    "another site": (lambda s: post(s, sec_fetch_site="cross-site"), 403),
    "another origin of the site": (lambda s: post(s, sec_fetch_site="same-site"), 403),
    "a script of ours on another page": (lambda s: get(s, "/style.css", sec_fetch_site="cross-site"), 403),
    "our page asked by a foreign one": (lambda s: get(s, "/", origin="http://evil.example"), 403),
    "no token": (lambda s: post(s, x_estimative_token=""), 401),
    "a wrong token": (lambda s: post(s, x_estimative_token="x" * 43), 401),
    "the key as the token": (lambda s: post(s, x_estimative_token=s.key), 401),
    "the token with an ending": (lambda s: post(s, x_estimative_token=f"{s.token}x"), 401),
    "a wrong key": (lambda s: post(s, "/api/enter", json.dumps({"key": "x" * 43}).encode()), 403),
    "a key that is no text": (lambda s: post(s, "/api/enter", b'{"key": 1}'), 400),
    "the key in a query": (lambda s: get(s, f"/?{s.key}"), 404),
    "a form": (lambda s: post(s, content_type="application/x-www-form-urlencoded"), 415),
    "plain text": (lambda s: post(s, content_type="text/plain"), 415),
    "a form with files": (lambda s: post(s, content_type="multipart/form-data; boundary=x"), 415),
    "no type": (lambda s: post(s, content_type=""), 415),
    "JSON of another alphabet": (lambda s: post(s, content_type="application/json; charset=utf-7"), 415),
    "no JSON": (lambda s: post(s, body=b"hello"), 400),
    "JSON in bytes that are no text": (lambda s: post(s, body=b'{"a": "\xff"}'), 400),
    "JSON of another shape": (lambda s: post(s, "/api/undo", b"[]"), 400),
    "a field that is missing": (lambda s: post(s, "/api/undo", b"{}"), 400),
    "a field of another type": (lambda s: post(s, "/api/undo", b'{"revision": "0"}'), 400),
    "very deep JSON": (lambda s: post(s, body=b"[" * 100_000), 400),
    "a place that is none": (lambda s: post(s, "/api/rest", b'{"revision": 0, "at": 7}'), 422),
    "a place before the first": (lambda s: post(s, "/api/save", b'{"revision": 0, "at": -1}'), 400),
    "an unknown field": (lambda s: post(s, "/api/undo", b'{"revision": 0, "file": "/etc/passwd"}'), 400),
    "a name that is too long": (lambda s: post(s, "/api/report", b'{"run": "' + b"x" * 999 + b'"}'), 400),
    "another revision": (lambda s: post(s, "/api/undo", b'{"revision": 99}'), 409),
    "too much": (lambda s: post(s, content_length=str(2 << 20)), 413),
    "a length that is none": (lambda s: post(s, body=b"", content_length="1e3"), 400),
    "a negative length": (lambda s: post(s, body=b"", content_length="-1"), 400),
    "a long header": (lambda s: post(s, x_filler="x" * 9000), 431),
    "an unknown action": (lambda s: post(s, "/api/delete"), 404),
    "an action that is a path": (lambda s: post(s, "/api/../desk"), 404),
    "reading an action": (method("GET", "/api/desk"), 405),
    "putting": (method("PUT", "/api/desk"), 405),
    "deleting": (method("DELETE", "/api/desk"), 405),
    "asking for options": (method("OPTIONS", "/api/desk"), 405),
    "posting a page": (lambda s: post(s, "/"), 405),
    "tracing": (method("TRACE", "/"), 405),
    "a file beside the scenario": (lambda s: get(s, "/secret.txt"), 404),
    "the scenario": (lambda s: get(s, "/ferry.toml"), 404),
    "a way up": (lambda s: get(s, "/../secret.txt"), 404),
    "an encoded way up": (lambda s: get(s, "/%2e%2e/secret.txt"), 404),
    "a double slash": (lambda s: get(s, "//main.js"), 404),
    "a backslash": (lambda s: get(s, "/..\\secret.txt"), 404),
    "a zero byte": (lambda s: get(s, "/main.js%00.txt"), 404),
    "the index by its name": (lambda s: get(s, "/index.html"), 404),
    "a folder": (lambda s: get(s, "/static/"), 404),
    "the code": (lambda s: get(s, "/app.py"), 404),
}


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_an_attempt_is_refused(server: Server, attempt: str) -> None:
    send, status = ATTEMPTS[attempt]
    reply = send(server)
    assert reply.status == status, reply
    assert b"secret" not in reply.body
    assert b"Traceback" not in reply.body
    # The desk is as it was, and its owner still gets it.
    assert server.ask("desk").data["revision"] == 0


def test_the_page_itself_is_served_with_its_policy(server: Server) -> None:
    reply = get(server)
    assert reply.status == 200
    policy = reply.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert policy.startswith("default-src 'none'")
    assert re.findall(r"https?:|\*|data:|blob:", policy) == []
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["cache-control"] == "no-store"
    assert "server" not in reply.headers
    assert server.ask("desk").headers["content-security-policy"] == policy


def test_the_key_is_good_for_one_token(server: Server) -> None:
    used = server.key
    reply = server.ask("enter", key=used)
    assert reply.status == 200
    assert server.ask("enter", key=used).status == 403


def test_it_listens_on_the_loopback_alone(server: Server) -> None:
    others = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)} - {"127.0.0.1"}
    for address in others:
        with pytest.raises(ConnectionRefusedError):
            http.client.HTTPConnection(str(address), server.port, timeout=2).request("GET", "/")
