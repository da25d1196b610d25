"""Statements as text: the forms in which a prior may be written, how each is read, written back, and told in prose.

The keys of an inline table tell its form:

| form | keys |
|---|---|
| a constant | a bare number, or `value` |
| quantiles | two or more of `p01` to `p99`, always two digits |
| a central interval | `low`, `high`, `mass` |
| three points | `low`, `mode`, `high` |
| moments | `mean`, `sd` |
| a reference class | `count`, `of` |
| a word | a bare text (ICD 203), or `term` and, if it is of another scale, `scale` |
| a beta | `beta`, and if it does not span 0 to 1, `low` and `high` |
| a lognormal | `lognormal` |
| a uniform | `uniform` |
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from estimative.priors import toml_writer as toml_text
from estimative.priors.errors import listed
from estimative.priors.scale_file import SCALES
from estimative.priors.statements import (
    BetaStated,
    Constant,
    Count,
    Interval,
    LognormalStated,
    Misstated,
    Moments,
    Quantiles,
    Stated,
    Statement,
    ThreePoint,
    Uniform,
    Word,
    percentile,
)
from estimative.priors.toml_table import Table, number_within, shown

_PERCENTILE = re.compile(r"p[0-9]{2}", re.ASCII)
_REMARKS = ("because", "source")


@dataclass(frozen=True, kw_only=True)
class Form:
    """One way to state a prior."""

    name: str
    statement: type[Any]
    keys: tuple[str, ...]
    """The keys that must be there; "pNN" stands for any percentile."""
    optional: tuple[str, ...] = ()
    read: Callable[[Table], Statement]
    """From the inline table; may note faults, and may raise Misstated."""
    pairs: Callable[[Any], list[tuple[str, str]]]
    """The keys and written values of the inline table."""
    say: Callable[[Any], str]
    """In prose, for a person."""

    def allows(self, keys: set[str]) -> bool:
        return keys <= {*self.keys, *self.optional}


def read_stated(table: Table, key: str) -> Stated | None:
    """One entry of a prior set; None, and faults noted on the table, where it cannot be understood."""
    value = table.value(key)
    if isinstance(value, dict):
        return _read_inline(table.table(key), table, key)
    before = len(table.issues)
    statement = _bare(table, key, value)
    return Stated(statement=statement, place=table.place(key)) if statement and len(table.issues) == before else None


def toml(statement: Statement) -> str:
    """A TOML value, in the shortest form there is, that reads back as an equal statement."""
    match statement:
        case Constant(value=value):
            return toml_text.number(value)
        case Word(term=term, scale="icd203"):
            return toml_text.text(term)
    return toml_text.inline(form_of(statement).pairs(statement))


def say(statement: Statement) -> str:
    """A statement in a few words of prose; the place for exact numbers is `toml`."""
    return form_of(statement).say(statement)


def form_of(statement: Statement) -> Form:
    return next(form for form in FORMS if form.statement is type(statement))


def _bare(table: Table, key: str, value: object) -> Statement | None:
    """A statement that is no inline table."""
    try:
        if isinstance(value, str):
            return _word(value, "icd203")
        if number_within(value, -math.inf, math.inf):
            return Constant(value=table.number(key))
    except Misstated as wrong:
        table.fault(key, found=wrong.found, expected=wrong.expected, name=wrong.name, near=wrong.near)
        return None
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    expected = "a number, a word of ICD 203 in quotes, or an inline table such as { p05 = 0.1, p95 = 0.6 }"
    table.fault(key, found=shown(value), expected="a finite number" if is_number else expected)
    return None


def _read_inline(inline: Table, table: Table, key: str) -> Stated | None:
    before = len(inline.issues)
    because, source = (inline.text(remark, default="") for remark in _REMARKS)
    form = _form(inline)
    if form is None:
        return None
    try:
        statement = form.read(inline)
    except Misstated as wrong:
        if len(inline.issues) == before:  # otherwise it follows from a fault already noted
            at = (wrong.key,) if wrong.key else ()
            inline.fault(*at, found=wrong.found, expected=wrong.expected, name=wrong.name, near=wrong.near)
        return None
    if len(inline.issues) > before:
        return None
    return Stated(statement=statement, because=because, source=source, place=table.place(key))


def _form(inline: Table) -> Form | None:
    """The form that the keys of an inline table tell; None, and a fault noted, where they tell none."""
    present = [name for name in inline.data if name not in _REMARKS]
    unknown = [name for name in present if _generic(name) not in _KEYS]
    for name in unknown:
        _note_unknown(inline, name)
    keys = {_generic(name) for name in present}
    form = next((form for form in FORMS if keys.issuperset(form.keys) and form.allows(keys)), None)
    if form is None and not unknown:
        _note_formless(inline, present, keys)
    return form


def _note_unknown(inline: Table, name: str) -> None:
    if re.fullmatch(r"[pP][0-9.]+", name):
        inline.fault(name, found=f"the percentile {shown(name)}", expected="p and two digits, from p01 to p99")
    else:
        inline.fault(
            name, found="an unknown key", expected=listed([*_KEYS, *_REMARKS], 99), name=name, near=(*_KEYS, *_REMARKS)
        )


def _note_formless(inline: Table, present: list[str], keys: set[str]) -> None:
    together = " and ".join(present) or "no statement"
    begun = [form for form in FORMS if keys and form.allows(keys)]
    if begun:
        missing = listed(
            [" and ".join(key for key in form.keys if key not in keys) + f" ({form.name})" for form in begun]
        )
        inline.fault(found=f"{together} alone", expected=f"{missing} as well")
    else:
        found = f"{together} together" if len(present) > 1 else together
        forms = listed([" + ".join(form.keys) for form in FORMS], 99).replace("pNN", "pNN + pNN")
        inline.fault(found=found, expected=f"the keys of one form: {forms}")


def _generic(name: str) -> str:
    return "pNN" if _PERCENTILE.fullmatch(name) else name


def _word(term: str, scale: str) -> Word:
    known = SCALES.get(scale)
    return Word(term=(known and known.spelling(term)) or term, scale=scale)


def _quantiles(inline: Table) -> Quantiles:
    names = sorted(name for name in inline.data if _PERCENTILE.fullmatch(name))
    return Quantiles(points=tuple((int(name[1:]) / 100, inline.number(name)) for name in names))


def _pair(inline: Table, key: str) -> tuple[float, float]:
    """A list of two finite numbers."""
    value = inline.value(key)
    if (
        isinstance(value, list)
        and len(value) == 2
        and all(number_within(entry, -math.inf, math.inf) for entry in value)
    ):
        return float(value[0]), float(value[1])
    inline.fault(key, found=shown(value), expected="a list of two finite numbers")
    return math.nan, math.nan


def _beta(inline: Table) -> BetaStated:
    a, b = _pair(inline, "beta")
    return BetaStated(a=a, b=b, low=inline.number("low", default=0.0), high=inline.number("high", default=1.0))


def _lognormal(inline: Table) -> LognormalStated:
    mu, sigma = _pair(inline, "lognormal")
    return LognormalStated(mu=mu, sigma=sigma)


def _uniform(inline: Table) -> Uniform:
    low, high = _pair(inline, "uniform")
    return Uniform(low=low, high=high)


def _numbers(cls: Callable[..., Statement], *keys: str) -> Callable[[Table], Statement]:
    """A reader of a statement whose fields are numbers under keys of the same name."""
    return lambda inline: cls(**{key: inline.number(key) for key in keys})


def _written(*keys: str) -> Callable[[Any], list[tuple[str, str]]]:
    return lambda statement: [(key, toml_text.number(getattr(statement, key))) for key in keys]


def _span(low: float, high: float) -> list[tuple[str, str]]:
    """The ends of a beta, unless they are 0 and 1."""
    return [] if (low, high) == (0, 1) else [("low", toml_text.number(low)), ("high", toml_text.number(high))]


FORMS: tuple[Form, ...] = (
    Form(
        name="a constant",
        statement=Constant,
        keys=("value",),
        read=_numbers(Constant, "value"),
        pairs=_written("value"),
        say=lambda s: f"held at {s.value:g}",
    ),
    Form(
        name="quantiles",
        statement=Quantiles,
        keys=("pNN",),
        read=_quantiles,
        pairs=lambda s: [(percentile(p), toml_text.number(q)) for p, q in s.points],
        say=lambda s: ", ".join(f"{100 * p:.0f} %: {q:g}" for p, q in s.points),
    ),
    Form(
        name="a central interval",
        statement=Interval,
        keys=("low", "high", "mass"),
        read=_numbers(Interval, "low", "high", "mass"),
        pairs=_written("low", "high", "mass"),
        say=lambda s: f"{100 * s.mass:g} % between {s.low:g} and {s.high:g}",
    ),
    Form(
        name="three points",
        statement=ThreePoint,
        keys=("low", "mode", "high"),
        read=_numbers(ThreePoint, "low", "mode", "high"),
        pairs=_written("low", "mode", "high"),
        say=lambda s: f"{s.low:g} to {s.high:g}, most likely {s.mode:g}",
    ),
    Form(
        name="moments",
        statement=Moments,
        keys=("mean", "sd"),
        read=_numbers(Moments, "mean", "sd"),
        pairs=_written("mean", "sd"),
        say=lambda s: f"mean {s.mean:g}, standard deviation {s.sd:g}",
    ),
    Form(
        name="a reference class",
        statement=Count,
        keys=("count", "of"),
        read=_numbers(Count, "count", "of"),
        pairs=_written("count", "of"),
        say=lambda s: f"{s.count:g} of {s.of:g} (Jeffreys)",
    ),
    Form(
        name="a word",
        statement=Word,
        keys=("term",),
        optional=("scale",),
        read=lambda inline: _word(inline.text("term"), inline.text("scale", default="icd203")),
        pairs=lambda s: [("term", toml_text.text(s.term)), ("scale", toml_text.text(s.scale))],
        say=lambda s: f"'{s.term}' ({SCALES[s.scale].title})",
    ),
    Form(
        name="a beta",
        statement=BetaStated,
        keys=("beta",),
        optional=("low", "high"),
        read=_beta,
        pairs=lambda s: [("beta", toml_text.numbers([s.a, s.b])), *_span(s.low, s.high)],
        say=lambda s: f"Beta({s.a:g}, {s.b:g})" + (f" from {s.low:g} to {s.high:g}" if _span(s.low, s.high) else ""),
    ),
    Form(
        name="a lognormal",
        statement=LognormalStated,
        keys=("lognormal",),
        read=_lognormal,
        pairs=lambda s: [("lognormal", toml_text.numbers([s.mu, s.sigma]))],
        say=lambda s: f"lognormal, mu {s.mu:g}, sigma {s.sigma:g}",
    ),
    Form(
        name="a uniform",
        statement=Uniform,
        keys=("uniform",),
        read=_uniform,
        pairs=lambda s: [("uniform", toml_text.numbers([s.low, s.high]))],
        say=lambda s: f"uniform from {s.low:g} to {s.high:g}",
    ),
)
"""Every form; to add one is to add an entry here, and its fits to the table in `fitting`."""

_KEYS = tuple(dict.fromkeys(key for form in FORMS for key in (*form.keys, *form.optional)))
