"""Prior sets as they were taken to mean."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from estimative.priors.catalog import shipped_prior_sets
from estimative.priors.dirichlet import fit_shares
from estimative.priors.errors import InvalidInput
from estimative.priors.prior_set import Confidence, PriorSet
from estimative.priors.prior_set_file import read_prior_set
from estimative.priors.quantile_fit import Prior, Support, fit
from estimative.priors.resolved_prior_set import resolved
from estimative.priors.statements import BetaStated, ByState, Constant, LognormalStated, Quantiles, Stated, Statement
from tests.priors.strategies import statements

SUPPORTS = {"events": Support.PROBABILITY, "effects": Support.RATIO, "evidence": Support.RATIO}
SHIPPED = [path for paths in shipped_prior_sets().values() for path in paths.values()]


def fitted(prior_set: PriorSet) -> dict[str, Prior]:
    """The priors of all statements that can be fitted."""
    priors = {}
    for quantity, stated in prior_set.statements.items():
        try:
            priors[quantity] = fit(stated, SUPPORTS.get(quantity.partition(".")[0], Support.DEGREE))
        except InvalidInput:
            continue
    return priors


def a_set(**stated: Stated) -> PriorSet:
    return PriorSet(
        name="mine",
        analyst="me",
        scenario="dinner",
        scenario_digest=None,
        date=None,
        rationale="",
        lineage=(),
        statements=stated,
        relevance={},
        independence={},
        confidence=None,
        places={},
        file="mine.toml",
    )


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_shipped_sets_read_back(path: Path, tmp_path: Path) -> None:
    """A resolved set, read and fitted again, gives exactly the same families, and repeats everything else."""
    before = read_prior_set(path)
    again = tmp_path / "again.toml"
    again.write_text(resolved(before, fitted(before)))
    after = read_prior_set(again)
    assert {q: prior.family for q, prior in fitted(after).items()} == {
        q: prior.family for q, prior in fitted(before).items()
    }
    assert (after.relevance, after.independence) == (before.relevance, before.independence)
    for key in ("name", "analyst", "scenario", "date", "rationale", "confidence", "scenario_digest"):
        assert getattr(after, key) == getattr(before, key)
    assert reasons(after) == reasons(before)
    assert after.lineage == ()
    simple = {type(after.statements[name].statement) for name in fitted(before)}
    assert simple <= {BetaStated, LognormalStated, Constant}


def reasons(prior_set: PriorSet) -> dict[str, tuple[str, str]]:
    every = {**prior_set.statements, **prior_set.shares}
    return {quantity: (stated.because, stated.source) for quantity, stated in every.items()}


@given(statement=statements, section=st.sampled_from(["factors.x", "events.x", "effects.y.x"]))
def test_any_statement_reads_back(statement: Statement, section: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever was stated, the resolved text means exactly the same, or repeats what cannot be fitted."""
    before = a_set(**{section: Stated(statement=statement)})
    again = tmp_path_factory.getbasetemp() / "any.toml"
    again.write_text(resolved(before, fitted(before)))
    after = read_prior_set(again)
    if families := fitted(before):
        assert fitted(after)[section].family == families[section].family
    else:
        assert after.statements[section].statement == statement


STATES = ("minor", "major", "critical", "0.5-1")


@given(
    pseudocounts=st.lists(st.floats(0.05, 500), min_size=2, max_size=4),
    factor=st.floats(0.9, 1.1),
    section=st.sampled_from(["events.x", "tables.x.none"]),
)
def test_fitted_shares_read_back(
    pseudocounts: list[float], factor: float, section: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Shares that are not numbers become their means and what they are worth, and mean the same to the last bit."""
    states, total = STATES[: len(pseudocounts)], sum(pseudocounts)
    betas = [BetaStated(a=a * factor, b=total - a, low=0, high=1) for a in pseudocounts]
    statement = ByState(parts=tuple(zip(states, betas, strict=True)))
    before = a_set(**{section: Stated(statement=statement)})
    shares, misfit = fit_shares(before.statements[section], states)
    priors = {
        f"{section}.{state}": Prior(stated=before.statements[section], family=family, misfit=misfit)
        for state, family in zip(states[1:], shares.sticks(), strict=True)
    }
    again = tmp_path_factory.getbasetemp() / "shares.toml"
    again.write_text(resolved(before, priors))
    after = read_prior_set(again).statements[section]
    assert isinstance(after.statement, ByState)
    assert after.statement.constants
    assert fit_shares(after, states)[0] == shares


@given(hostile=st.text(min_size=1).filter(lambda text: text.strip()))
def test_hostile_texts(hostile: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No text breaks out of its place: control characters, quotes and line ends become escapes and read back."""
    before = replace(
        a_set(**{"factors.x": Stated(statement=Constant(value=0.5), because=hostile, source=hostile)}),
        analyst=hostile,
        rationale=hostile,
        lineage=(hostile,),
        confidence=Confidence(level="low", rigour=hostile),
    )
    text = resolved(before, fitted(before))
    assert all(line.isprintable() for line in text.split("\n"))
    again = tmp_path_factory.getbasetemp() / "hostile.toml"
    again.write_text(text)
    after = read_prior_set(again)
    stripped = hostile.strip()
    assert (after.analyst, after.rationale) == (stripped, stripped)
    assert reasons(after) == {"factors.x": (stripped, stripped)}
    assert after.confidence == Confidence(level="low", rigour=stripped)
    assert after.lineage == ()


def test_what_it_looks_like() -> None:
    """A resolved set has its head, then each quantity by its family below what was stated about it."""
    prior_set = replace(
        a_set(
            **{
                "effects.toast.hunger": Stated(statement=Quantiles(points=((0.05, 2), (0.95, 2.0000000001)))),
                "factors.hunger": Stated(statement=Constant(value=0.5), because='"so"'),
                "tables.wine.red+white": Stated(statement=Constant(value=1)),
                "effects.toast.thirst": Stated(statement=Constant(value=3)),
            }
        ),
        lineage=("late", "base"),
        date=date(2026, 1, 1),
        relevance={"survey": 0.25},
        confidence=Confidence(level="low"),
    )
    assert resolved(prior_set, fitted(prior_set)) == (
        "# extended: late -> base\n"
        '[prior_set]\nname = "mine"\nanalyst = "me"\nscenario = "dinner"\ndate = 2026-01-01\n\n'
        '[factors]\n# stated: fixed at 0.5\nhunger = { value = 0.5, because = "\\"so\\"" }\n\n'
        "[effects.toast]\n# stated: 5%: 2, 95%: 2\nhunger = { p05 = 2, p95 = 2.0000000001 }\n"
        "# stated: fixed at 3\nthirst = { value = 3 }\n\n"
        '[tables.wine]\n# stated: fixed at 1\n"red+white" = { value = 1 }\n\n'
        "[relevance]\nsurvey = { value = 0.25 }\n\n"
        '[confidence]\nlevel = "low"\n'
    )


def test_surrogates() -> None:
    """A lone surrogate, which TOML cannot hold, becomes the replacement character."""
    prior_set = replace(a_set(), rationale="a\ud800b\x7f\x9b")
    assert tomllib.loads(resolved(prior_set, {}))["prior_set"]["rationale"] == "a\ufffdb\x7f\x9b"
