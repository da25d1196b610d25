"""From a comparison of posteriors to its summary: numbers first, words later."""

from __future__ import annotations

from collections.abc import Mapping

from estimative.model.disagreement.analysts import Compared, Comparison, LogEvidence, Pair
from estimative.model.disagreement.attribution import Attribution, Decomposition, Share, TeamAttribution
from estimative.model.inference.mc_estimate import MCEstimate, delta_method
from estimative.model.inference.refit import Effort
from estimative.reports.comparison import summary as told
from estimative.reports.summarizing import analyst_of, effort_of, number, probability_fields, scenario_of, titles
from estimative.reports.summary import Computation, Number, Probability


def summarize(
    found: Comparison,
    *,
    computation: Computation,
    allow_unconverged: bool,
    attribution: Attribution | None = None,
    team: TeamAttribution | None = None,
    weights: Mapping[str, float] | None = None,
) -> told.Comparison:
    """The summary of a comparison.

    Parameters
    ----------
    allow_unconverged
        Tell the numbers of fits that failed their verdict, with a caution.
    weights
        Of the analysts in the team's pool.
    """
    fits = all(one.converged for one in found.analysts.values())
    converged = fits and all(one.effort.converged for one in (attribution, team) if one)
    scenario = next(iter(found.analysts.values())).fitted.assessment.scenario
    named = dict(titles(scenario))

    def tellable(one: Compared | Effort) -> bool:
        return one.converged or allow_unconverged

    telling = [name for name, one in found.analysts.items() if tellable(one)]
    return told.Comparison(
        scenario=scenario_of(next(iter(found.analysts.values())).fitted.assessment),
        converged=converged,
        caution="" if converged else told.SOME_UNCONVERGED if allow_unconverged else told.SOME_WITHHELD,
        analysts={name: analyst_of(one.fitted.posterior) for name, one in found.analysts.items()},
        outcomes={name: _outcome(found, telling, name) for name in scenario.outcomes},
        foresight={name: foresight(found.foresight[name], found.foresight[telling[0]]) for name in telling},
        attribution=_attribution(attribution, named) if attribution and tellable(attribution.effort) else None,
        team=_team(team, weights or {}, named) if team and tellable(team.effort) else None,
        computation=computation,
    )


def _outcome(found: Comparison, telling: list[str], name: str) -> told.Outcome:
    outcome = next(iter(found.analysts.values())).fitted.assessment.scenario.outcomes[name]
    return told.Outcome(
        title=outcome.title,
        given=outcome.given,
        analysts={analyst: probability_of(found.analysts[analyst], name) for analyst in telling},
        pairs=tuple(_pair(pair) for pair in found.pairs if pair.outcome == name),
    )


def probability_of(one: Compared, outcome: str) -> Probability:
    """What an analyst makes of an outcome."""
    key = ("outcome", outcome)
    return Probability(**probability_fields(one.fitted.posterior.estimates[key], one.before.estimates[key]))  # type: ignore[arg-type]


def _pair(pair: Pair) -> told.Pair:
    return told.Pair(
        first=pair.first,
        second=pair.second,
        difference=number(pair.difference),
        first_higher=number(pair.superiority),
        overlap=number(pair.overlap),
        wasserstein=number(pair.wasserstein),
    )


def foresight(found: LogEvidence, first: LogEvidence) -> told.Foresight:
    """Against the first analyst who is told, whoever was fitted first."""
    return told.Foresight(
        everything=_against(found.everything, first.everything), figures=_against(found.figures, first.figures)
    )


def _against(one: MCEstimate | None, first: MCEstimate | None) -> Number | None:
    return number(delta_method(one.value - first.value, [(1.0, one), (-1.0, first)])) if one and first else None


def _attribution(found: Attribution, titles: Mapping[str, str]) -> told.Attribution:
    return told.Attribution(
        first=found.first,
        second=found.second,
        decomposition=_decomposition(found.decomposition, titles),
        effort=effort_of(found.effort),
    )


def _team(found: TeamAttribution, weights: Mapping[str, float], titles: Mapping[str, str]) -> told.Team:
    return told.Team(
        weights=weights,
        pool=number(found.pool),
        against_pool={name: _decomposition(one, titles) for name, one in found.against_pool.items()},
        variance=_decomposition(found.variance, titles),
        effort=effort_of(found.effort),
    )


def _decomposition(found: Decomposition, titles: Mapping[str, str]) -> told.Decomposition:
    return told.Decomposition(
        gap=number(found.gap),
        blocks=tuple(_share(share, share.name) for share in found.blocks),
        quantities=tuple(_share(share, titles[share.name]) for share in found.quantities),
        orders=found.orders,
    )


def _share(found: Share, title: str) -> told.Share:
    return told.Share(
        name=found.name,
        block=found.block,
        title=title,
        share=number(found.share),
        sampling_error=found.sampling_error,
        first_in=number(found.first_in),
        last_in=number(found.last_in),
    )
