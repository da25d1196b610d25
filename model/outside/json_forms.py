"""JSON of prediction markets: the bets of Manifold and the prices of Polymarket, as their interfaces give them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from estimative.model.outside.columns import Cell
from estimative.model.outside.imported import TITLES, Form
from estimative.model.outside.rows import Answered, Row, Table
from estimative.priors.errors import InvalidInput, Issue, Place, invalid

ALLOWED = "bets of Manifold (probAfter, createdTime) or a history of prices of Polymarket (t, p)"


def read_json(text: str, *, file: str, form: Form | None) -> Table:
    """The rows of a JSON file.

    Raises
    ------
    InvalidInput
        If it is no JSON, or of neither site; or with each entry that has not what it needs.
    """
    try:
        data = msgspec.json.decode(text.encode())
    except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
        raise invalid(f"this is not JSON: {error}", code="not-json", file=file) from error
    entries = _entries(data)
    known = next((_form_of(entry) for _, entry in entries if _form_of(entry)), None)
    if known is None or (form and form != known):
        raise invalid("the file has no forecasts of a known form", code="no-forecasts", file=file, allowed=ALLOWED)
    table = Table(form=known)
    names = {"manifold": ("createdTime", "probAfter"), "polymarket": ("t", "p")}[known]
    market: Mapping[str, Any] = data if isinstance(data, dict) else {}
    for key, entry in entries:
        _add(table, entry, names, file=file, key=key, market=market)
    _describe(table, market, file)
    if table.issues:
        raise InvalidInput(table.issues)
    return table


def _entries(data: object) -> list[tuple[str, object]]:
    """The entries of the list in the file, with their places."""
    if isinstance(data, dict):
        name = next((name for name in ("bets", "history") if isinstance(data.get(name), list)), "")
        return [(f"{name}[{place}]", entry) for place, entry in enumerate(data[name])] if name else []
    return [(f"[{place}]", entry) for place, entry in enumerate(data)] if isinstance(data, list) else []


def _form_of(entry: object) -> Form | None:
    if not isinstance(entry, dict):
        return None
    if "probAfter" in entry and "createdTime" in entry:
        return "manifold"
    return "polymarket" if {"t", "p"} <= set(entry) else None


def _add(
    table: Table, entry: object, names: tuple[str, str], *, file: str, key: str, market: Mapping[str, Any]
) -> None:
    if not isinstance(entry, dict) or not set(names) <= set(entry):
        message, place = f"the entry lacks {' or '.join(names)}", Place(file=file, key=key)
        table.issues.append(Issue(code="missing-value", message=message, place=place, allowed=ALLOWED))
        return
    if entry.get("isCancelled") or entry.get("isRedemption"):  # neither moves the price of the market
        table.skip("cancelled, or a redemption of shares")
        return
    time, probability = (Cell(_text(entry[name]), file, None, f"{key}.{name}") for name in names)
    if probability.missing:
        table.skip("without a probability")
        return
    question = _text(entry.get("contractId")) or _text(market.get("id")) or Path(file).stem
    answer = _text(entry.get("answerId"))
    table.rows.append(
        Row(
            question=f"{question}:{answer}" if answer else question,
            forecaster=TITLES[table.form],
            time=time,
            probability=probability,
        )
    )


def _describe(table: Table, market: Mapping[str, Any], file: str) -> None:
    """What a market of Manifold says about its own resolution."""
    if not market.get("resolution"):
        return
    word = {"YES": "yes", "NO": "no"}.get(_text(market["resolution"]), "void")
    closed = Cell(_text(market["resolutionTime"]), file, None, "resolutionTime") if "resolutionTime" in market else None
    answered = Answered(title=_text(market.get("question")), answer=Cell(word, file, None, "resolution"), closed=closed)
    table.questions = {row.question: answered for row in table.rows if ":" not in row.question}


def _text(value: object) -> str:
    return "" if value is None else repr(value) if isinstance(value, float) else str(value)
