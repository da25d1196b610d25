"""A prior set as it was understood: one TOML text without `extends`, with the fitted distribution of every prior.

Reading that text again and fitting it gives exactly the same distributions.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from estimative.priors import toml_writer as toml_text
from estimative.priors.distributions import ScaledBeta
from estimative.priors.errors import ascii_safe
from estimative.priors.prior_set import PriorSet
from estimative.priors.quantile_fit import Prior
from estimative.priors.statement_syntax import form_of, say, toml
from estimative.priors.statements import ByState, Constant, Stated, Statement

_SECTIONS = ("factors", "events", "effects", "tables", "evidence", "motives", "indicators")
_TRIES = 10_000
"""Of a sum of concentrations, which may be another float: a share times it has to be a concentration exactly."""


def resolved(prior_set: PriorSet, families: Mapping[str, Prior]) -> str:
    """Return TOML text; a statement about a quantity without a fit is repeated as it was stated."""
    fitted = {**_of_several_states(families), **families}
    tables = [_head(prior_set), *_statements(prior_set, fitted), *_shares(prior_set), *_confidence(prior_set)]
    return "\n\n".join("\n".join(lines) for lines in tables) + "\n"


def _of_several_states(families: Mapping[str, Prior]) -> dict[str, Prior]:
    """The one unknown that an entry states for several states, by the name of the entry."""
    return {
        name.rpartition(".")[0]: families[prior.same_as]
        for name, prior in families.items()
        if prior.same_as.rpartition(".")[0] == name.rpartition(".")[0]
    }


def _head(prior_set: PriorSet) -> list[str]:
    texts = {key: getattr(prior_set, key) for key in ("name", "analyst", "scenario", "scenario_digest", "rationale")}
    date = [f"date = {prior_set.date.isoformat()}"] if prior_set.date else []
    return [
        *_comment("extended", " -> ".join(prior_set.lineage)),
        "[prior_set]",
        *_texts(texts),
        *date,
    ]


def _statements(prior_set: PriorSet, families: Mapping[str, Prior]) -> Iterator[list[str]]:
    """Yield one table after another, each with all its quantities."""
    # TOML wants the entries of a table together; the order within one stays that of the file.
    for path, quantities in groupby(sorted(prior_set.statements, key=_order), key=_owner):
        yield [f"[{toml_text.dotted(path)}]", *_entries(quantities, prior_set, families)]


def _owner(quantity: str) -> list[str]:
    return quantity.split(".")[:-1]


def _order(quantity: str) -> tuple[int, list[str]]:
    path = _owner(quantity)
    return _SECTIONS.index(path[0]), path


def _entries(quantities: Iterable[str], prior_set: PriorSet, families: Mapping[str, Prior]) -> Iterator[str]:
    for quantity in quantities:
        stated = prior_set.statements[quantity]
        prior, by_state = families.get(quantity), _of_states(quantity, stated.statement, families)
        yield from _comment("from", stated.taken_from)
        yield from _comment("stated", say(stated.statement))
        for label, each in ({"": prior} if prior else _by_label(quantity, by_state)).items():
            if each.misfit:
                parts = (f"{each.misfit:.3f} in probability", *map(str, each.missed))
                yield from _comment("misfit", label + "; ".join(parts))
        if prior and not prior.same_as:
            yield _entry(quantity, prior.family.pairs(), stated)
        else:
            yield _entry(quantity, _state_pairs(quantity, stated.statement, by_state), stated)


def _of_states(quantity: str, statement: Statement, families: Mapping[str, Prior]) -> dict[str, Prior]:
    """The fits to a statement for each state; none where it is numbers, which mean what they are."""
    if not isinstance(statement, ByState) or statement.constants:
        return {}
    names = {state: f"{quantity}.{state}" for state, _ in statement.parts}
    return {state: families[name] for state, name in names.items() if name in families}


def _by_label(quantity: str, by_state: Mapping[str, Prior]) -> dict[str, Prior]:
    """The fits to a statement for each state, by what a comment calls them: shares have one misfit together."""
    shares = _are_shares(quantity)
    return {"" if shares else f"{state} ": prior for state, prior in by_state.items()}


def _are_shares(quantity: str) -> bool:
    return quantity.startswith(("events.", "tables."))


def _state_pairs(quantity: str, statement: Statement, by_state: Mapping[str, Prior]) -> list[tuple[str, str]]:
    """The fitted distribution of every state; of shares their means, and the sum of concentrations as their worth."""
    if not by_state or not isinstance(statement, ByState):
        return form_of(statement).pairs(statement)
    if not _are_shares(quantity):
        parts = dict(statement.parts)
        return [(state, by_state[state].family.toml() if state in by_state else toml(parts[state])) for state in parts]
    sticks = {state: prior.family for state, prior in by_state.items() if isinstance(prior.family, ScaledBeta)}
    # The first state has no stick: it is what all others are broken from, and the first of these from it alone.
    first = min(stick.b for stick in sticks.values())
    concentrations = [sticks[state].a if state in sticks else first for state, _ in statement.parts]
    *shares, worth = map(toml_text.number, _exact_shares(concentrations))
    return [*zip((state for state, _ in statement.parts), shares, strict=True), ("worth", worth)]


def _exact_shares(concentrations: Sequence[float]) -> tuple[float, ...]:
    """Shares of the concentrations, then what they are worth, each times which is its concentration to the last bit."""
    total = math.fsum(concentrations)
    for step in range(_TRIES):
        worth = total * (1 + step * math.ulp(1))
        near = [(a / worth, math.nextafter(a / worth, 0), math.nextafter(a / worth, 1)) for a in concentrations]
        pairs = zip(near, concentrations, strict=True)
        shares = [share for shares, a in pairs if (share := next((s for s in shares if s * worth == a), None))]
        if len(shares) == len(concentrations):
            return *shares, worth
    return *(a / total for a in concentrations), total


def _shares(prior_set: PriorSet) -> Iterator[list[str]]:
    for section, shares in (("relevance", prior_set.relevance), ("independence", prior_set.independence)):
        if shares:
            yield [f"[{section}]", *(_share(f"{section}.{name}", value, prior_set) for name, value in shares.items())]


def _share(quantity: str, value: float, prior_set: PriorSet) -> str:
    stated = prior_set.shares.get(quantity) or Stated(statement=Constant(value=value))
    return _entry(quantity, [("value", toml_text.number(value))], stated)


def _confidence(prior_set: PriorSet) -> Iterator[list[str]]:
    if prior_set.confidence:
        yield ["[confidence]", *_texts(prior_set.confidence.declared)]


def _entry(quantity: str, pairs: list[tuple[str, str]], stated: Stated) -> str:
    remarks = {"because": stated.because, "source": stated.source}
    written = [*pairs, *((key, toml_text.text(value)) for key, value in remarks.items() if value)]
    return f"{toml_text.key(quantity.rpartition('.')[2])} = {toml_text.inline(written)}"


def _texts(texts: Mapping[str, str | None]) -> list[str]:
    return [f"{key} = {toml_text.text(value)}" for key, value in texts.items() if value]


def _comment(label: str, text: str) -> list[str]:
    """Return a comment on one line; nothing in it can end the comment or steer a terminal."""
    return [f"# {label}: {ascii_safe(text)}"] if text else []
