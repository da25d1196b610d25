"""Serves the page on this machine's loopback until Ctrl-C."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from types import FrameType

import uvicorn

from estimative.page.app import application
from estimative.page.job import prepare
from estimative.page.keys import Keys
from estimative.page.open_page import OpenPage
from estimative.priors.errors import invalid

ADDRESS = "127.0.0.1"


class _Server(uvicorn.Server):
    """Ends at the first Ctrl-C, whatever it is doing."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - as uvicorn calls it
        self.should_exit = self.force_exit = True


def serve(page: OpenPage, *, port: int = 0, opened: Callable[[str], None]) -> None:
    """Serve a page until the user ends it.

    Parameters
    ----------
    port
        0 for any that is free.
    opened
        Called with the address of the page, and again with a new one whenever one was used.

    Raises
    ------
    InvalidInput
        If the port is in use.
    """
    with _listening(port) as listener:
        number = listener.getsockname()[1]

        def address(key: str) -> str:
            return f"http://{ADDRESS}:{number}/#{key}"

        keys = Keys(changed=lambda key: opened(address(key)))
        hosts = [f"{ADDRESS}:{number}", f"localhost:{number}"]
        config = uvicorn.Config(
            application(page, keys, hosts),
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            h11_max_incomplete_event_size=1 << 16,
            timeout_graceful_shutdown=0,
        )
        opened(address(keys.key))
        prepare()
        try:
            _Server(config).run(sockets=[listener])
        except KeyboardInterrupt:
            pass
        finally:
            page.close()


def _listening(port: int) -> socket.socket:
    # With its protocol named, asyncio sends small packets at once; else each answer waits 40 ms for an acknowledgement.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    if os.name == "posix":
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((ADDRESS, port))
        listener.listen()  # who comes before the server waits
    except OSError as error:
        listener.close()
        message = f"port {port} cannot be used: {error.strerror}"
        raise invalid(message, code="misuse", key="--port", allowed="a port that is free") from error
    return listener
