"""Results as JSON and back, checked against their types; and the JSON Schema of each."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np

from estimative.model.inference.info import SCHEMA_VERSION
from estimative.model.inference.mc_estimate import MCEstimate

LARGEST_ERROR = 1e150
"""The square of a larger one is infinite."""


class DamagedJson(ValueError):
    """A text that is no result of the kind asked for; the message names the path of what is wrong."""


def to_json(result: object) -> str:
    """A result as indented JSON; what is infinite or no number becomes null."""
    return msgspec.json.format(_ENCODER.encode(result), indent=2).decode() + "\n"


def to_compact_json(result: object) -> bytes:
    """The same on one line, for files that only the program reads."""
    return _ENCODER.encode(result)


def from_json[Kind](text: str | bytes, kind: type[Kind]) -> Kind:
    """Read a result that `to_json` wrote.

    Raises
    ------
    DamagedJson
        If the text is not JSON, is of another schema version, or does not fit the types.
    """
    try:
        data = msgspec.json.decode(text)
        if isinstance(data, dict) and "schema_version" in data and data["schema_version"] != SCHEMA_VERSION:
            raise DamagedJson(f"schema version {data['schema_version']!r} instead of {SCHEMA_VERSION}")
        return msgspec.convert(data, kind, dec_hook=_decode)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise DamagedJson(str(error)) from error


def schema(kind: type) -> dict[str, Any]:
    """The JSON Schema of a kind of result, as an object."""
    return msgspec.json.schema(kind, schema_hook=_schema)


def _encode(value: Any) -> Any:
    match value:
        case MCEstimate():
            return {"value": value.value, "se": value.se}
        case np.ndarray():
            return value.tolist()
        case np.generic():
            return value.item()
        case frozenset():
            return sorted(value)
    raise NotImplementedError(type(value).__name__)


def _decode(kind: type, data: Any) -> Any:
    if kind is MCEstimate:
        estimate = msgspec.convert(data, _Number)
        if not 0 <= estimate.se < LARGEST_ERROR:
            raise ValueError(f"{estimate.se:g} is not an error")
        return MCEstimate(value=estimate.value, own_variance=estimate.se**2)
    raise NotImplementedError(kind.__name__)


def _schema(kind: type) -> dict[str, Any]:
    if kind is MCEstimate:
        number = {"type": "number"}
        return {
            "title": "MCEstimate",
            "description": "An estimate with its Monte Carlo standard error.",
            "type": "object",
            "properties": {"value": number, "se": {**number, "minimum": 0}},
            "required": ["value", "se"],
        }
    raise NotImplementedError(kind.__name__)


class _Number(msgspec.Struct, forbid_unknown_fields=True):
    value: float
    se: float


_ENCODER = msgspec.json.Encoder(enc_hook=_encode)
