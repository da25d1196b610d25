"""Statements as text: the forms in which a prior may be written, and how each is read, written and put into words.

The keys of an inline table determine its form:

| form | keys |
|---|---|
| a constant | a bare number, or `value` |
| quantiles | two or more of `p01` to `p99`, always two digits |
| a central interval | `low`, `high`, `mass` |
| three points | `low`, `mode`, `high` |
| four steps | `low`, `best`, `high`, `sure` |
| moments | `mean`, `sd` |
| a reference class | `count`, `of` |
| a word | a bare text (ICD 203), or `term` and, if it is of another scale, `scale` |
| a word for a likelihood | a bare text, if no two scales have it, or `term` and `scale` |
| a beta | `beta`, and if it does not span 0 to 1, `low` and `high` |
| a lognormal | `lognormal` |
| a uniform | `uniform` |
| another quantity | `same_as` |
| a statement for each state | the names of the states, and if they are shares of known weight, `worth` |
| counts by state | `counts` |
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from msgspec import Struct

from estimative.priors import toml_writer as toml_text
from estimative.priors.errors import InvalidInput, listed, nearest, nearest_word, quote
from estimative.priors.ratio_scale import RATIO_SCALES, scales_of
from estimative.priors.stated_words import bare_word, word_of
from estimative.priors.statements import (
    BetaStated,
    ByState,
    Constant,
    Count,
    FourSteps,
    Interval,
    LognormalStated,
    Moments,
    Quantiles,
    RatioWord,
    SameAs,
    StateCounts,
    Stated,
    Statement,
    ThreePoint,
    Uniform,
    Word,
    percentile,
)
from estimative.priors.toml_table import NAME, Table, number_within
from estimative.priors.verbal_scale import SCALES

PERCENTILE = re.compile(r"p[0-9]{2}", re.ASCII)
_LIKE_PERCENTILE = re.compile(r"[pP][0-9.]+")
REMARKS = ("because", "source")
"""Keys that every statement may have."""
_FOUR_STEPS = ("best", "sure")
"""Keys that many names of states resemble, such as "west" or "rest"."""
STATE = "the names of the states"
"""Stands for the keys of a statement for each state."""


class Form(Struct, frozen=True, kw_only=True):
    """One way to state a prior."""

    name: str
    statement: type[Any]
    keys: tuple[str, ...]
    """The required keys; "pNN" stands for any percentile."""
    optional: tuple[str, ...] = ()
    read: Callable[[Table], Statement]
    """From the inline table; adds errors to it, or raises InvalidInput if the statement contradicts itself."""
    pairs: Callable[[Any], list[tuple[str, str]]]
    """The keys and written values of the inline table."""
    say: Callable[[Any], str]
    """In words, for a person."""

    def allows(self, keys: set[str]) -> bool:
        return keys <= {*self.keys, *self.optional}


def read_stated(table: Table, key: str) -> Stated | None:
    """Return one entry of a prior set, or None after adding to the table what is wrong with it."""
    value = table.value(key)
    if isinstance(value, dict):
        return _read_inline(table.table(key), table, key)
    before = len(table.issues)
    statement = _bare(table, key, value)
    return Stated(statement=statement, place=table.place(key)) if statement and len(table.issues) == before else None


def is_key(name: str) -> bool:
    """Whether a name is a key of a statement, so that it cannot name a state."""
    return _generic(name) in {*_KNOWN, "pNN"}


def toml(statement: Statement) -> str:
    """Return the shortest TOML value that reads back as an equal statement."""
    match statement:
        case Constant(value=value):
            return toml_text.number(value)
        case Word(term=term, scale="icd203"):
            return toml_text.text(term)
        case RatioWord(term=term) if len(scales_of(term)) == 1:
            return toml_text.text(term)
    return toml_text.inline(form_of(statement).pairs(statement))


def written(stated: Stated) -> str:
    """Return the TOML value that reads back as an equal statement, with its reason and source."""
    remarked = any(getattr(stated, key) for key in REMARKS)
    return written_inline(stated) if remarked else toml(stated.statement)


def written_inline(stated: Stated) -> str:
    """Return the same as an inline table, even where a number or a word would do."""
    remarks = [(key, toml_text.text(text)) for key in REMARKS if (text := getattr(stated, key))]
    return toml_text.inline([*form_of(stated.statement).pairs(stated.statement), *remarks])


def say(statement: Statement) -> str:
    """Return a statement in a few words, with rounded numbers; `toml` has the exact ones."""
    return form_of(statement).say(statement)


def form_of(statement: Statement) -> Form:
    return form_of_type(type(statement))


def form_of_type(kind: type[Any]) -> Form:
    return next(form for form in FORMS if form.statement is kind)


def _bare(table: Table, key: str, value: object) -> Statement | None:
    """Read a statement that is not an inline table."""
    try:
        if isinstance(value, str):
            return bare_word(value, table, key)
        if number_within(value, -math.inf, math.inf):
            return Constant(value=table.number(key))
    except InvalidInput as error:
        table.add(error.issues[0].moved(table.place(key)))
        return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        table.mismatch(key, value=value, allowed="a finite number", code="not-a-number")
    else:
        allowed = "a number, a word of ICD 203 in quotes, or an inline table such as { p05 = 0.1, p95 = 0.6 }"
        table.error(key, code="wrong-type", message=f"{quote(value)} is not a statement", value=value, allowed=allowed)
    return None


def _read_inline(inline: Table, table: Table, key: str) -> Stated | None:
    before = len(inline.issues)
    because, source = (inline.text(remark, default="") for remark in REMARKS)
    form = _form(inline)
    if form is None:
        return None
    try:
        statement = form.read(inline)
    except InvalidInput as error:
        if len(inline.issues) == before:  # otherwise it follows from an error that is already there
            inline.add_at(error.issues[0])
        return None
    if len(inline.issues) > before:
        return None
    return Stated(statement=statement, because=because, source=source, place=table.place(key))


def _form(inline: Table) -> Form | None:
    """Return the form that the keys of an inline table determine, or None after adding an error."""
    present = [name for name in inline.data if name not in REMARKS]
    unknown = [name for name in present if _generic(name) not in _KEYS]
    # Beside low and high, "bst" is a misspelt key; alone, "west" is a state.
    alike = _KNOWN if {"low", "high"} & {*present} else [key for key in _KNOWN if key not in _FOUR_STEPS]
    if any(_may_be_state(name, alike) and not isinstance(inline.data[name], list) for name in unknown):
        return form_of_type(ByState)
    # No key of a statement has a table as its value.
    if unknown and all(isinstance(inline.data[name], dict) and NAME.fullmatch(name) for name in unknown):
        return form_of_type(ByState)
    if _are_shares([inline.data[name] for name in unknown], present):
        return form_of_type(ByState)
    for name in unknown:
        _add_unknown_key(inline, name)
    keys = {_generic(name) for name in present}
    form = next((form for form in FORMS if keys.issuperset(form.keys) and form.allows(keys)), None)
    if form is None and not unknown:
        _add_no_form(inline, present, keys)
    return form


def _are_shares(values: list[object], present: list[str]) -> bool:
    """Whether numbers under names that resemble keys, such as "uni", are shares: they add up to 1, or have a worth."""
    numbers = [float(value) for value in values if number_within(value, 0, 1)]  # type: ignore[arg-type]
    alone = len(numbers) == len(present) and len(numbers) > 1
    worth = "worth" in present and len(numbers) == len(present) - 1
    return len(numbers) == len(values) and (worth or (alone and abs(math.fsum(numbers) - 1) < 1e-3))


def _may_be_state(name: str, keys: Iterable[str]) -> bool:
    """Whether a name is probably not one of the keys of other statements, misspelt."""
    return bool(NAME.fullmatch(name)) and not _LIKE_PERCENTILE.fullmatch(name) and not nearest(name, keys)


def _is_remark(inline: Table, name: str) -> bool:
    """Whether a text under a name that resembles "because" is a reason rather than the word for a state."""
    text = inline.data[name]
    if not isinstance(text, str) or not nearest(name, REMARKS):
        return False
    words = [word for scale in SCALES.values() for word in scale.words]
    ratios = [word for scale in RATIO_SCALES.values() for word in scale.words]
    return not nearest_word(text, [*words, *ratios])


def _add_unknown_key(inline: Table, name: str) -> None:
    if _LIKE_PERCENTILE.fullmatch(name):
        allowed = "p and two digits, from p01 to p99"
        inline.error(name, code="unknown-key", message=f"{quote(name)} is not a percentile", allowed=allowed)
    else:
        message, near = f"{quote(name)} is not a key of a statement", nearest(name, _KNOWN) or ""
        inline.error(name, code="unknown-key", message=message, allowed=listed(_KNOWN, 99), suggestion=near)


def _add_no_form(inline: Table, present: list[str], keys: set[str]) -> None:
    """Add the error of keys that are too few for a statement, or that belong to different forms."""
    names = " and ".join(present)
    different = [form for form in FORMS if form.statement is not RatioWord]
    incomplete = [form for form in different if keys and form.allows(keys)]
    if incomplete:
        missing = [" and ".join(key for key in form.keys if key not in keys) for form in incomplete]
        forms = [f"{names} with {keys} ({form.name})" for keys, form in zip(missing, incomplete, strict=True)]
        inline.error(code="incomplete-statement", message=f"a statement needs more than {names}", allowed=listed(forms))
    else:
        message = f"{names} do not belong together" if len(present) > 1 else "the statement is missing"
        forms = [" + ".join(form.keys).replace("pNN", "pNN + pNN") for form in different]
        inline.error(code="mixed-statement", message=message, allowed=f"the keys of one form: {listed(forms, 99)}")


def _generic(name: str) -> str:
    return "pNN" if PERCENTILE.fullmatch(name) else name


def _quantiles(inline: Table) -> Quantiles:
    # A table has no order, and quantiles must rise.
    names = sorted(name for name in inline.data if PERCENTILE.fullmatch(name))
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
    inline.mismatch(key, value=value, allowed="a list of two finite numbers")
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


def _of_numbers(statement: type[Any], name: str, keys: tuple[str, ...], say: Callable[[Any], str]) -> Form:
    """Return the form of a statement whose fields are numbers under keys of the same name."""
    return Form(
        name=name,
        statement=statement,
        keys=keys,
        read=lambda inline: statement(**{key: inline.number(key) for key in keys}),
        pairs=lambda stated: [(key, toml_text.number(getattr(stated, key))) for key in keys],
        say=say,
    )


def _by_state(inline: Table) -> ByState:
    states = [name for name in inline.data if name not in ("worth", *REMARKS)]
    for name in filter(partial(_is_remark, inline), states):
        _add_unknown_key(inline, name)
    read = [(state, read_stated(inline, state)) for state in states if not _is_remark(inline, state)]
    worth = inline.number("worth", low=0, open_ends=True) if "worth" in inline else None
    return ByState(parts=tuple((state, stated.statement) for state, stated in read if stated), worth=worth)


def _state_counts(inline: Table) -> StateCounts:
    within = inline.table("counts")
    counts = tuple((state, within.number(state, low=0)) for state in within.data)
    within.no_more()
    return StateCounts(counts=counts)


def _span(low: float, high: float) -> list[tuple[str, str]]:
    """Return the ends of a beta, unless they are 0 and 1."""
    return [] if (low, high) == (0, 1) else [("low", toml_text.number(low)), ("high", toml_text.number(high))]


def _say_by_state(statement: ByState) -> str:
    parts = ", ".join(f"{state} {_say_part(part, statement.worth)}" for state, part in statement.parts)
    return parts if statement.worth is None else f"{parts}, worth {statement.worth:g} cases"


def _say_part(part: Statement, worth: float | None) -> str:
    # Shares of so many cases are not fixed.
    return f"{part.value:g}" if worth is not None and isinstance(part, Constant) else say(part)


FORMS: tuple[Form, ...] = (
    _of_numbers(Constant, "a constant", ("value",), lambda s: f"fixed at {s.value:g}"),
    Form(
        name="quantiles",
        statement=Quantiles,
        keys=("pNN",),
        read=_quantiles,
        pairs=lambda s: [(percentile(p), toml_text.number(q)) for p, q in s.points],
        say=lambda s: ", ".join(f"{100 * p:.0f}%: {q:g}" for p, q in s.points),
    ),
    _of_numbers(
        Interval,
        "a central interval",
        ("low", "high", "mass"),
        lambda s: f"{100 * s.mass:g}% between {s.low:g} and {s.high:g}",
    ),
    _of_numbers(
        ThreePoint,
        "three points",
        ("low", "mode", "high"),
        lambda s: f"{s.low:g} to {s.high:g}, most likely {s.mode:g}",
    ),
    _of_numbers(
        FourSteps,
        "four steps",
        ("low", "best", "high", "sure"),
        lambda s: f"{s.low:g} to {s.high:g}, {100 * s.sure:g}% sure, best estimate {s.best:g}",
    ),
    _of_numbers(Moments, "moments", ("mean", "sd"), lambda s: f"mean {s.mean:g}, standard deviation {s.sd:g}"),
    _of_numbers(Count, "a reference class", ("count", "of"), lambda s: f"{s.count:g} of {s.of:g} (Jeffreys)"),
    Form(
        name="a word",
        statement=Word,
        keys=("term",),
        optional=("scale",),
        read=lambda inline: word_of(inline.text("term"), inline.text("scale", default="icd203")),
        pairs=lambda s: [("term", toml_text.text(s.term)), ("scale", toml_text.text(s.scale))],
        say=lambda s: f'"{s.term}" ({SCALES[s.scale].title})',
    ),
    Form(
        # Its keys are those of the form before, which reads it as well.
        name="a word for a likelihood",
        statement=RatioWord,
        keys=("term", "scale"),
        read=lambda inline: word_of(inline.text("term"), inline.text("scale")),
        pairs=lambda s: [("term", toml_text.text(s.term)), ("scale", toml_text.text(s.scale))],
        say=lambda s: f'"{s.term}" ({RATIO_SCALES[s.scale].title})',
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
        name="another quantity",
        statement=SameAs,
        keys=("same_as",),
        read=lambda inline: SameAs(name=inline.text("same_as")),
        pairs=lambda s: [("same_as", toml_text.text(s.name))],
        say=lambda s: f"the same as {s.name}",
    ),
    Form(
        name="a statement for each state",
        statement=ByState,
        keys=(STATE,),
        optional=("worth",),
        read=_by_state,
        pairs=lambda s: [
            *((state, toml(part)) for state, part in s.parts),
            *([("worth", toml_text.number(s.worth))] if s.worth is not None else []),
        ],
        say=_say_by_state,
    ),
    Form(
        name="counts by state",
        statement=StateCounts,
        keys=("counts",),
        read=_state_counts,
        pairs=lambda s: [("counts", toml_text.inline([(state, toml_text.number(n)) for state, n in s.counts]))],
        say=lambda s: ", ".join(f"{state} {n:g}" for state, n in s.counts) + " (Jeffreys)",
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
"""Every form. A new one needs an entry here, and one in `quantile_fit.FITS` for each family that can have it."""

_KEYS = tuple(dict.fromkeys(key for form in FORMS for key in (*form.keys, *form.optional) if key != STATE))
_KNOWN = (*_KEYS, *REMARKS)
