"""Statements: reading, writing, and putting into words."""

from __future__ import annotations

from collections.abc import Callable
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimative.priors import toml_writer as toml_text
from estimative.priors.errors import InvalidInput, Place
from estimative.priors.statement_syntax import FORMS, form_of, read_stated, say, toml
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
)
from estimative.priors.toml_document import TomlFile
from estimative.priors.toml_table import Table
from tests.priors.strategies import statements

EXAMPLES = [
    ("3", Constant(value=3), "fixed at 3"),
    ("{ value = 3 }", Constant(value=3), "fixed at 3"),
    ('"Unlikely"', Word(term="unlikely"), '"unlikely" (ICD 203)'),
    ('{ term = "Highly  likely", scale = "phia" }', Word(term="highly likely", scale="phia"), '"highly likely" (PHIA)'),
    ('"Very  Inconsistent"', RatioWord(term="very inconsistent", scale="ach"), '"very inconsistent" (ACH)'),
    ('"moderate"', RatioWord(term="moderate", scale="enfsi"), '"moderate" (ENFSI)'),
    ('"positive"', RatioWord(term="positive", scale="kass-raftery"), '"positive" (Kass and Raftery)'),
    (
        '{ term = "Strong", scale = "kass-raftery" }',
        RatioWord(term="strong", scale="kass-raftery"),
        '"strong" (Kass and Raftery)',
    ),
    (
        "{ p95 = 0.85, p05 = 0.45, p50 = 0.65 }",
        Quantiles(points=((0.05, 0.45), (0.5, 0.65), (0.95, 0.85))),
        "5%: 0.45, 50%: 0.65, 95%: 0.85",
    ),
    ("{ low = 1, high = 2, mass = 0.9 }", Interval(low=1, high=2, mass=0.9), "90% between 1 and 2"),
    ("{ low = 1, mode = 1, high = 2 }", ThreePoint(low=1, mode=1, high=2), "1 to 2, most likely 1"),
    (
        "{ low = 0.1, best = 0.2, high = 0.4, sure = 0.8 }",
        FourSteps(low=0.1, best=0.2, high=0.4, sure=0.8),
        "0.1 to 0.4, 80% sure, best estimate 0.2",
    ),
    ("{ mean = 0.4, sd = 0.1 }", Moments(mean=0.4, sd=0.1), "mean 0.4, standard deviation 0.1"),
    ("{ count = 0, of = 33 }", Count(count=0, of=33), "0 of 33 (Jeffreys)"),
    ("{ beta = [2, 5] }", BetaStated(a=2, b=5), "Beta(2, 5)"),
    ("{ beta = [2, 5], low = 0.1 }", BetaStated(a=2, b=5, low=0.1), "Beta(2, 5) from 0.1 to 1"),
    ("{ lognormal = [0.5, 2] }", LognormalStated(mu=0.5, sigma=2), "lognormal, mu 0.5, sigma 2"),
    ('{ same_as = "events.e2" }', SameAs(name="events.e2"), "the same as events.e2"),
    (
        "{ insider = 0.2, low = 0.5, state = { p05 = 0.1, p95 = 0.6 } }",
        ByState(
            parts=(
                ("insider", Constant(value=0.2)),
                ("low", Constant(value=0.5)),
                ("state", Quantiles(points=((0.05, 0.1), (0.95, 0.6)))),
            )
        ),
        "insider fixed at 0.2, low fixed at 0.5, state 5%: 0.1, 95%: 0.6",
    ),
    (
        "{ insider = 0.2, others = 0.8, worth = 10 }",
        ByState(parts=(("insider", Constant(value=0.2)), ("others", Constant(value=0.8))), worth=10),
        "insider 0.2, others 0.8, worth 10 cases",
    ),
    (
        "{ counts = { insider = 3, criminals = 0 } }",
        StateCounts(counts=(("insider", 3), ("criminals", 0))),
        "insider 3, criminals 0 (Jeffreys)",
    ),
    ("{ uniform = [0.2, 0.4] }", Uniform(low=0.2, high=0.4), "uniform from 0.2 to 0.4"),
]


def read(written: str) -> Stated:
    table = Table.of(TomlFile.parse(f"\nx = {written}", file="stated.toml"))
    stated = read_stated(table, "x")
    table.raise_issues()
    assert stated is not None
    return stated


@pytest.mark.parametrize(("written", "statement", "prose"), EXAMPLES)
def test_reading(written: str, statement: Statement, prose: str) -> None:
    """Each form is read as its statement, and is put into a few words."""
    assert read(written).statement == statement
    assert say(statement) == prose


def test_every_kind_of_statement_has_one_form() -> None:
    """The table of forms and the union of statements name the same classes, each once; the examples show them all."""
    kinds = set(get_args(Statement.__value__))
    assert {form.statement for form in FORMS} == kinds
    assert len(FORMS) == len(kinds)
    assert {type(statement) for _, statement, _ in EXAMPLES} == kinds


@given(statement=statements)
def test_written_statements_read_back(statement: Statement) -> None:
    """A statement written as TOML, in its shortest form or as an inline table, reads back equal."""
    assert read(toml(statement)).statement == statement
    assert read(toml_text.inline(form_of(statement).pairs(statement))).statement == statement


@given(statement=statements)
def test_prose_is_one_line(statement: Statement) -> None:
    """A statement in words is one printable line."""
    assert say(statement)
    assert say(statement).isprintable()


@given(statement=statements, because=st.text(), source=st.text())
def test_reasons_read_back(statement: Statement, because: str, source: str) -> None:
    """Any reason and source, hostile ones too, read back but for the spaces around them and lone surrogates."""
    remarks = [(k, toml_text.text(v)) for k, v in (("because", because), ("source", source)) if v.strip()]
    stated = read(toml_text.inline([*form_of(statement).pairs(statement), *remarks]))
    assert (stated.because, stated.source) == (because.strip(), source.strip())


@pytest.mark.parametrize("states", [("west", "east"), ("rest", "pure")])
def test_states_resemble_no_key_of_four_steps(states: tuple[str, str]) -> None:
    """Names of states that resemble `best` and `sure` are states; beside `low` and `high` they are misspelt keys."""
    written = ", ".join(f'{state} = "unlikely"' for state in states)
    assert isinstance(read(f"{{ {written} }}").statement, ByState)
    with pytest.raises(InvalidInput, match=r'Did you mean "best"'):
        read("{ low = 0.1, bst = 0.2, high = 0.4, sure = 0.8 }")


def test_nobody_is_less_than_half_sure_in_four_steps() -> None:
    """An interval that more probably misses the truth than not is no answer to the question."""
    with pytest.raises(InvalidInput, match=r"0\.49 is not a number from 0\.5 to below 1"):
        read("{ low = 0.1, best = 0.2, high = 0.4, sure = 0.49 }")
    read("{ low = 0.1, best = 0.2, high = 0.4, sure = 0.5 }")


def test_a_statement_knows_its_place() -> None:
    """A statement remembers the file, the key and the line where it was made."""
    place = read("{ p05 = 0.1, p95 = 0.6 }").place
    assert place is not None
    assert place == Place(file="stated.toml", line=2, key="x")


def test_an_invalid_statement_is_none() -> None:
    """An entry that cannot be understood comes back as None with all its errors on the table."""
    table = Table.of(TomlFile.parse('x = { p05 = "a", p95 = true, because = 3 }', file="stated.toml"))
    assert read_stated(table, "x") is None
    assert [issue.place.key for issue in table.issues] == ["x.because", "x.p05", "x.p95"]
    table = Table.of(TomlFile.parse("x = { p05 = 0.1, p95 = 0.6, because = 3 }", file="stated.toml"))
    assert read_stated(table, "x") is None
    assert [issue.place.key for issue in table.issues] == ["x.because"]


def test_a_consequence_is_no_error() -> None:
    """A value that is not a number is one error, without a second one about its order."""
    with pytest.raises(InvalidInput) as caught:
        read('{ low = "a", high = 2, mass = 0.9 }')
    assert [issue.place.key for issue in caught.value.issues] == ["x.low"]


@pytest.mark.parametrize(
    ("make", "key"),
    [
        (lambda: Constant(value=float("nan")), "value"),
        (lambda: Quantiles(points=()), ""),
        (lambda: Quantiles(points=((0.95, 1.0), (0.05, 2.0))), "p05"),
        (lambda: Quantiles(points=((0.025, 1.0), (0.975, 2.0))), "p2.5"),
        (lambda: Interval(low=0, high=1, mass=1.0), "mass"),
        (lambda: FourSteps(low=0, best=0, high=1, sure=0.8), "best"),
        (lambda: FourSteps(low=0, best=0.5, high=1, sure=1.0), "sure"),
        (lambda: FourSteps(low=0, best=0.5, high=float("inf"), sure=0.8), "high"),
        (lambda: Word(term="Unlikely"), "term"),
        (lambda: LognormalStated(mu=float("inf"), sigma=1), "lognormal"),
        (lambda: Uniform(low=1, high=1), "uniform"),
    ],
)
def test_statements_check_themselves(make: Callable[[], object], key: str) -> None:
    """A statement that contradicts itself cannot be made in code either."""
    with pytest.raises(InvalidInput) as caught:
        make()
    assert [issue.place for issue in caught.value.issues] == [Place(key=key)]
