"""What a request for an action leads to, whether it came over HTTP or as a message of a widget."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from http import HTTPStatus

import msgspec
from msgspec import Struct

from estimative.model.codec import to_compact_json
from estimative.page.actions import ACTIONS
from estimative.page.open_page import OpenPage, Stale
from estimative.page.part import Part
from estimative.page.saving import Download
from estimative.page.stream import Stream
from estimative.priors.errors import InvalidInput
from estimative.priors.structs import repr_without

DEFECT = "This is a defect of the program. The details were printed where it was started."


class Data(Struct, frozen=True, kw_only=True):
    """The whole answer, as JSON."""

    content: bytes

    def __repr__(self) -> str:
        return repr_without(self, "content")


class Failure(Struct, frozen=True, kw_only=True):
    """Why there is none."""

    status: HTTPStatus
    """As of HTTP: 409 for a desk that has changed since, 422 for input that is not valid."""
    reason: str = ""
    issues: bytes = b""
    """As JSON, of input that is not valid."""


class Lines(Struct, frozen=True, kw_only=True):
    """An answer part by part, each as JSON."""

    first: Part | None
    stream: Stream

    def __iter__(self) -> Iterator[bytes]:
        """Yield each part when it is done; an error is the last one."""
        try:
            part = self.first
            while part is not None:
                yield to_compact_json(part)
                part = next(self.stream.parts, None)
        except InvalidInput as error:
            yield to_compact_json({"part": "error", "error": str(error)})
        except Exception:
            traceback.print_exc()
            yield to_compact_json({"part": "error", "error": DEFECT})


type Reply = Data | Failure | Download | Lines


def reply(page: OpenPage, name: str, body: bytes, *, begun: Callable[[Stream], None] = lambda stream: None) -> Reply:
    """Do what is asked for.

    Parameters
    ----------
    name
        Of the action.
    body
        The request as JSON.
    begun
        Called with an answer that comes part by part, before the first one is awaited.
    """
    action = ACTIONS.get(name)
    if action is None:
        return Failure(status=HTTPStatus.NOT_FOUND, reason="There is no such action.")
    try:
        request: object = msgspec.json.decode(body, type=action.request)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        return Failure(status=HTTPStatus.BAD_REQUEST, reason=str(error))
    try:
        answer = action.answer(page, request)
        if isinstance(answer, Stream):
            begun(answer)
            # The first part is awaited here, so that an error before it has a status of its own.
            return Lines(first=next(answer.parts, None), stream=answer)
        return answer if isinstance(answer, Download) else Data(content=to_compact_json(answer))
    except Stale:
        return Failure(status=HTTPStatus.CONFLICT, reason="It was changed in another tab.")
    except InvalidInput as error:
        issues = [{"name": issue.place.key, "text": str(issue)} for issue in error.issues]
        return Failure(status=HTTPStatus.UNPROCESSABLE_ENTITY, issues=to_compact_json({"issues": issues}))
    except Exception:
        traceback.print_exc()
        return Failure(status=HTTPStatus.INTERNAL_SERVER_ERROR, reason=DEFECT)
