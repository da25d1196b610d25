"""A prior set as it was understood: one TOML text without `extends`, with the fitted distribution of every prior.

Reading that text again and fitting it gives exactly the same distributions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from estimative.priors import toml_writer as toml_text
from estimative.priors.errors import ascii_safe
from estimative.priors.prior_set import PriorSet
from estimative.priors.quantile_fit import Prior
from estimative.priors.statement_syntax import form_of, say
from estimative.priors.statements import Constant, Stated

_SECTIONS = ("factors", "events", "effects", "tables", "evidence", "motives", "indicators")


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
        prior = families.get(quantity)
        pairs = (
            prior.family.pairs() if prior and not prior.same_as else form_of(stated.statement).pairs(stated.statement)
        )
        yield from _comment("from", stated.taken_from)
        yield from _comment("stated", say(stated.statement))
        if prior and prior.misfit:
            yield from _comment("misfit", "; ".join((f"{prior.misfit:.3f} in probability", *map(str, prior.missed))))
        yield _entry(quantity, pairs, stated)


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
