"""From posteriors to the summary: numbers first, words later."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict

from estimative.model.assessment import Assessment
from estimative.model.inference.diagnostics import Check as ModelCheck
from estimative.model.inference.diagnostics import Verdict as ModelVerdict
from estimative.model.inference.estimates import ProbabilityEstimate
from estimative.model.inference.mc_estimate import MCEstimate
from estimative.model.inference.posterior import Agreement as ModelAgreement
from estimative.model.inference.posterior import Posterior, PriorPredictive, agreement
from estimative.model.inference.prior_influence import prior_influence
from estimative.model.inference.refit import Effort
from estimative.model.spec.events import Event as ScenarioEvent
from estimative.model.spec.evidence import (
    Cases,
    Evidence,
    Exposure,
    Forecast,
    Indicator,
    Measurement,
    Observation,
    Testimony,
)
from estimative.model.spec.quantities import Quantities, QuantityName
from estimative.model.spec.scenario import Scenario
from estimative.priors.distributions import LogNormal, ScaledBeta
from estimative.priors.statement_syntax import say
from estimative.reports import summary as told
from estimative.reports.wording import term

UNCONVERGED = "These numbers come from a fit that did not converge. Do not rely on them."
WITHHELD = "The fit did not converge: no number is told."
DISAGREEING = "The two methods disagree: no number is told."


def summarize(
    posteriors: list[Posterior], before: PriorPredictive, run: told.Run, *, allow_unconverged: bool = False
) -> told.Summary:
    """One summary from every method that ran; the numbers are those of the last.

    Parameters
    ----------
    allow_unconverged
        Tell the numbers of a fit that failed its verdict, with a caution.
    """
    answer = posteriors[-1]
    met = agreement(posteriors[0], answer) if len(posteriors) > 1 and posteriors[0].verdict.passed else None
    converged = answer.verdict.passed and (met is None or met.holds)
    telling = converged or allow_unconverged
    assessment = answer.assessment
    weighted = next((p for p in posteriors if p.method == "importance"), None)
    return told.Summary(
        scenario=scenario_of(assessment),
        prior_set=prior_set_of(assessment),
        converged=converged,
        caution=_caution(answer.verdict.passed, converged, telling),
        outcomes=dict(outcomes_of(answer, before)) if telling else {},
        events=dict(events_of(answer, before)) if telling else {},
        factors=dict(factors_of(answer)) if telling else {},
        quantities=dict(quantities_of(answer)) if telling else {},
        evidence=dict(evidence_of(assessment)),
        sources=sources_of(assessment),
        dependence=_dependence(answer, before) if telling else None,
        log_marginal_likelihood=weighted.draws.diagnostics["log_marginal_likelihood"] if weighted and telling else None,
        verdicts={posterior.method: verdict_of(posterior.verdict, posterior) for posterior in posteriors},
        agreement=_agreement(met) if met else None,
        run=run,
    )


def _caution(passed: bool, converged: bool, telling: bool) -> str:
    if converged:
        return ""
    if telling:
        return UNCONVERGED
    return DISAGREEING if passed else WITHHELD


def scenario_of(assessment: Assessment) -> told.Scenario:
    """What was asked."""
    scenario = assessment.scenario
    return told.Scenario(
        id=scenario.id,
        digest=scenario.digest,
        title=scenario.title,
        question=scenario.question,
        as_of=str(scenario.as_of),
        until=str(scenario.until),
        headline=scenario.headline,
    )


def prior_set_of(assessment: Assessment) -> told.PriorSet:
    """Whose priors."""
    prior_set = assessment.prior_set
    return told.PriorSet(
        name=prior_set.name,
        digest=prior_set.digest,
        analyst=prior_set.analyst,
        date=str(prior_set.date or ""),
        rationale=prior_set.rationale,
        lineage=prior_set.lineage,
        confidence=told.Confidence(**asdict(prior_set.confidence)) if prior_set.confidence else None,
    )


def probability_fields(after: ProbabilityEstimate, before: ProbabilityEstimate) -> dict[str, object]:
    """The fields of a `Probability`."""
    interval = after.interval
    return {
        "probability": after.value,
        "mcse": after.se,
        "interval": told.Interval(
            kind=interval.kind,
            mass=interval.mass,
            low=interval.low,
            high=interval.high,
            low_se=interval.low_se,
            high_se=interval.high_se,
        ),
        "term": term(after.value, after.se),
        "prior_probability": before.value,
        "prior_mcse": before.se,
    }


def outcomes_of(posterior: Posterior, before: PriorPredictive) -> Iterator[tuple[str, told.Outcome]]:
    """Every outcome, by its id."""
    for name, outcome in posterior.assessment.scenario.outcomes.items():
        numbers = probability_fields(posterior.estimates["outcome", name], before.estimates["outcome", name])
        yield name, told.Outcome(**numbers, title=outcome.title, given=outcome.given)  # type: ignore[arg-type]


def events_of(posterior: Posterior, before: PriorPredictive) -> Iterator[tuple[str, told.Event]]:
    """Every event, by its id, each after those it depends on."""
    scenario = posterior.assessment.scenario
    for name in scenario.order:
        event = scenario.events[name]
        numbers = probability_fields(posterior.estimates["event", name], before.estimates["event", name])
        link = _link(event, posterior, before)
        yield name, told.Event(**numbers, title=event.title, when=event.when, given_previous=link)  # type: ignore[arg-type]


def _link(event: ScenarioEvent, posterior: Posterior, before: PriorPredictive) -> told.Link | None:
    sort = "link" if event.given or event.unless else "event"
    if (sort, event.id) not in posterior.estimates or (sort, event.id) not in before.estimates:
        return None
    numbers = probability_fields(posterior.estimates[sort, event.id], before.estimates[sort, event.id])
    return told.Link(**numbers, given=event.given, unless=event.unless)  # type: ignore[arg-type]


def factors_of(posterior: Posterior) -> Iterator[tuple[str, told.Factor]]:
    """Every factor, by its id."""
    for name, factor in posterior.assessment.scenario.factors.items():
        fields = _quantity_fields(posterior, f"factors.{name}")
        yield name, told.Factor(**fields, low=factor.low, high=factor.high)  # type: ignore[arg-type]


def quantities_of(posterior: Posterior) -> Iterator[tuple[str, told.Quantity]]:
    """Every other quantity, by its name."""
    for name in posterior.assessment.structure.quantities.all:
        if QuantityName.parse(name).section != "factors":
            yield name, told.Quantity(**_quantity_fields(posterior, name))  # type: ignore[arg-type]


def _quantity_fields(posterior: Posterior, name: str) -> dict[str, object]:
    prior = posterior.assessment.priors[name]
    return {
        "title": posterior.assessment.structure.quantities.all[name].title,
        "statement": say(prior.stated.statement),
        "because": prior.stated.because,
        "source": prior.stated.source,
        "misfit": prior.misfit,
        "missed": tuple(map(str, prior.missed)),
        "constant": prior.family.constant,
        "prior": _prior_spread(prior.family),
        "posterior": _prior_spread(prior.family) if prior.family.constant else _posterior_spread(posterior, name),
    }


def _prior_spread(family: ScaledBeta | LogNormal) -> told.Spread:
    p05, p50, p95 = (family.quantile(p) for p in (0.05, 0.5, 0.95))
    return told.Spread(mean=family.mean, sd=family.sd, p05=p05, p50=p50, p95=p95, se=0.0)


def _posterior_spread(posterior: Posterior, name: str) -> told.Spread:
    found = posterior.spread(name)
    return told.Spread(
        mean=found.mean, sd=found.sd, p05=found.p05, p50=found.p50, p95=found.p95, se=found.se
    )  # fmt: skip


def evidence_of(assessment: Assessment) -> Iterator[tuple[str, told.Item]]:
    """Every item of evidence, by its id."""
    for (name, item), weight in zip(assessment.scenario.evidence.items(), assessment.weight, strict=True):
        yield (
            name,
            told.Item(
                kind=item.kind,
                about=item.about,
                title=item.title,
                reading=_reading(item, assessment),
                source=item.source,
                locator=item.locator,
                date=str(item.date or ""),
                origin=item.origin,
                grade=item.grade,
                standing=item.standing,
                weight=float(weight),
                weight_because=_weight_because(assessment, item.id, item.origin),
            ),
        )


def _reading(item: Evidence, assessment: Assessment) -> str:
    """What the equations take from an item."""
    match item:
        case Indicator():
            high, low = ("high", "low") if item.about in assessment.scenario.factors else ("yes", "no")
            return f"supports {high if item.supports else low}"
        case Measurement():
            return f"{item.value:g} {item.unit}, where {item.at_low:g} is low and {item.at_high:g} is high"
        case Testimony():
            return f"claims {'yes' if item.claims else 'no'}, motive {item.motive or 'stated by the analyst'}"
        case Forecast():
            return f"{100 * item.probability:g} %" + (f" by {item.until}" if item.until else "")
        case Exposure():
            return f"{item.count} in {item.years:g} years"
        case Observation():
            return "happened" if item.happened else "did not happen"
        case Cases():
            return f"{sum(t.successes for t in item.trials):g} of {sum(t.of for t in item.trials):g}"


def _weight_because(assessment: Assessment, item: str, origin: str) -> str:
    shares = assessment.prior_set.shares
    stated = [shares[name] for name in (f"relevance.{item}", f"independence.{origin}") if name in shares]
    return " ".join(share.because for share in stated if share.because)


def sources_of(assessment: Assessment) -> Mapping[str, told.Source]:
    """Every source, by its id."""
    return {
        name: told.Source(title=source.title, publisher=source.publisher, date=str(source.date or ""), url=source.url)
        for name, source in assessment.scenario.sources.items()
    }


def _dependence(posterior: Posterior, before: PriorPredictive) -> told.Dependence:
    found = prior_influence(posterior, before)
    return told.Dependence(
        prior_share=found.share,
        sd_before=found.sd_before,
        sd_after=found.sd_after,
        shift_decibans=found.shift,
        free=found.free,
        untouched=found.untouched,
    )


def verdict_of(verdict: ModelVerdict, posterior: Posterior) -> told.Verdict:
    """Whether a method's draws can be believed."""
    return told.Verdict(
        passed=verdict.passed,
        checks=tuple(map(check_of, verdict.checks)),
        advice=verdict.advice,
        draws=posterior.draws.count,
        effective=posterior.headline.ess,
    )


def check_of(check: ModelCheck) -> told.Check:
    """One condition of a verdict."""
    return told.Check(
        name=check.name,
        value=told.finite(check.value),
        limit=check.limit,
        direction=check.direction,
        passed=check.passed,
        where=check.where,
    )


def _agreement(met: ModelAgreement) -> told.Agreement:
    return told.Agreement(
        holds=met.holds, outcome=met.outcome, difference=met.difference, joint_se=met.joint_se
    )  # fmt: skip


def number(noisy: MCEstimate) -> told.Number:
    """A number with its error."""
    return told.Number(value=noisy.value, se=noisy.se)


def analyst_of(posterior: Posterior) -> told.Analyst:
    """Whose priors, and whether the fit can be believed."""
    return told.Analyst(
        prior_set=prior_set_of(posterior.assessment),
        method=posterior.method,
        converged=posterior.verdict.passed,
        verdict=verdict_of(posterior.verdict, posterior),
    )


def effort_of(found: Effort) -> told.Effort:
    """The fits behind a result."""
    return told.Effort(
        fits=found.fits,
        by_method=found.by_method,
        failed=len(found.failed),
        worst=tuple(map(check_of, found.worst.values())),
    )


def titles(scenario: Scenario) -> Iterator[tuple[str, str]]:
    """Every quantity and every weight of evidence by name, and what it is."""
    for name, quantity in Quantities(scenario).all.items():
        yield name, quantity.title
    for item in scenario.evidence.values():
        yield f"relevance.{item.id}", f"relevance of: {item.title}"
    for origin in scenario.origins:
        yield f"independence.{origin}", f"how far items of the origin {origin} count separately"
