"""The document of a pool: the combined probability in four ways, the analysts behind it, and what each way assumes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from estimative.model.disagreement.pool import Form, Level, Pool, UndefinedBecause
from estimative.model.inference.estimates import Estimate
from estimative.model.inference.mc_estimate import MCEstimate
from estimative.model.pool_result import PoolResult, Weight
from estimative.model.record.proper_scores import FEW, FLOOR, RULES, Rule, Scores, Scoring
from estimative.reports.blocks import Block, Heading, Listing, Paragraph, Table, collected
from estimative.reports.context import Context
from estimative.reports.documents import analysts, common
from estimative.reports.figures import figures
from estimative.reports.number_format import beside_error, one_digit, percent, rounded
from estimative.reports.phrases import input_name, listed, plain, plural, proposition
from estimative.reports.sheets import Sheet, sheet

NAMES: Mapping[tuple[Form, Level], str] = {
    ("linear", "posteriors"): "Linear pool of results",
    ("logarithmic", "posteriors"): "Logarithmic pool of results",
    ("linear", "priors"): "Linear pool of priors",
    ("logarithmic", "priors"): "Logarithmic pool of priors",
}
COLUMNS: Mapping[tuple[Form, Level], str] = {
    ("linear", "posteriors"): "Linear, results",
    ("logarithmic", "posteriors"): "Log, results",
    ("linear", "priors"): "Linear, priors",
    ("logarithmic", "priors"): "Log, priors",
}
ASSUMPTIONS: Mapping[tuple[Form, Level], str] = {
    (
        "linear",
        "posteriors",
    ): "the weighted mean of the analysts' probabilities. It suits analysts of whom one is right "
    "and nobody knows which; high probabilities dominate it",
    ("logarithmic", "posteriors"): "the weighted mean of the analysts' log-odds, outcome by outcome. It suits analysts "
    "who see the same evidence and differ in degree; an analyst who is almost certain moves it far",
    ("linear", "priors"): "the analysts are rival models, of which one is right. The evidence first shifts the weights "
    "to those who predicted it, then their probabilities are averaged",
    ("logarithmic", "priors"): "the analysts agree on one pooled prior for each input, then the evidence is applied "
    "once. The most certain analysts dominate it, and a constant decides",
}
REASONS: Mapping[str, str] = {
    "opposite-certainties": "one analyst is certain of it, and another of the opposite",
    "no-marginal-likelihood": "it needs every analyst's marginal likelihood, which only importance sampling gives",
    "did-not-converge": "its fit did not converge",
}


@collected
def document(result: PoolResult, context: Context) -> Iterator[Block]:
    """The combined probability first, then the analysts, the weights, the assumptions, and how it was computed."""
    yield from analysts.introduction(result.scenario, result.analysts, "combined")
    yield from analysts.left_out(result.left_out)
    yield from common.cautions(result, analysts.fits(result.analysts), context.scenario)
    rows = analysts.by_probability(result.analysts, result.scenario.headline)
    if result.headline:
        yield Paragraph(text=judgement(result, context), strong=True)
        yield pools_table(result, context)
    if rows:
        yield Heading(text="The analysts")
        yield analysts.probabilities_plot(rows, context.scale)
        yield analysts.probabilities_table(rows, context.scale)
    yield analysts.members(result.analysts)
    yield from _weights(result)
    if result.headline:
        yield from _assumptions(result, context)
        yield from _left_out(result)
        yield from _other_outcomes(result, context)
    if result.record and result.score_rule:
        yield from _record(result.record, RULES[result.score_rule])
    yield from common.method(analysts.fits(result.analysts), result.scenario, result.computation)
    if rows:
        yield common.reservation(analysts.fits(result.analysts).values())


def judgement(result: PoolResult, context: Context) -> str:
    """The first pool, the range of all pools, and the range of the analysts."""
    scenario = result.scenario
    first, *_ = result.headline
    what = proposition(scenario.headline, context.scenario)
    lead = f"{what}: {_judged(first.probability, context)} by the linear pool of the results."
    defined = sorted((p.probability for p in result.headline if p.probability), key=lambda number: number.value)
    pools = f"The four pools give {percent(defined[0])} to {percent(defined[-1])}." if len(defined) == 4 else ""
    rows = analysts.by_probability(result.analysts, scenario.headline)
    return " ".join(filter(None, (lead, pools, f"The analysts range from {analysts.reach(rows)}.")))


def _judged(number: MCEstimate | None, context: Context) -> str:
    return f"{_word(number, context)} ({_percent(number)})" if number else "undefined"


def _word(number: MCEstimate | None, context: Context) -> str:
    return str(context.scale.word(number.value)) if number else "-"


def _percent(number: MCEstimate | None) -> str:
    return percent(number) if number else "undefined"


def name(pool: Pool) -> str:
    """The name of a way to pool."""
    return NAMES[pool.form, pool.level]


def pools_table(result: PoolResult, context: Context) -> Table:
    """The pools of the headline, each with its word."""
    extremized = result.extremizing is not None
    return Table(
        header=("Pool", "Probability", f"{context.scale.title} word", *(("Extremized",) if extremized else ())),
        rows=tuple(
            (
                name(pool),
                _percent(pool.probability),
                _word(pool.probability, context),
                *((_percent(pool.extremized),) if extremized else ()),
            )
            for pool in result.headline
        ),
        text_columns=frozenset({0, 2}),
    )


def _weights(result: PoolResult) -> Iterator[Block]:
    updated = any(weight.posterior for weight in result.weights.values())
    yield Heading(text="Weights")
    yield Table(
        header=("Analyst", "Weight", *(("After the evidence",) if updated else ())),
        rows=tuple(
            (analyst, _weight(weight), *((_percent(weight.posterior),) if updated else ()))
            for analyst, weight in result.weights.items()
        ),
    )
    if updated:
        yield Paragraph(
            text="After the evidence: the weights in the linear pool of priors, shifted to the analysts whose priors "
            "predicted the comparable evidence (see compare). Evidence without a probability of its own is left out."
        )


def _weight(weight: Weight) -> str:
    """In percent, with its standard error where it has one: "24% ± 6%"."""
    number = weight.weight
    if not number.se:
        return f"{rounded(number.value, 0.001, places=2)}%"
    # The weight is used as it is; the error shows only how far the record supports it.
    exact = max(0.1 * number.se, 0.001)
    return f"{rounded(number.value, exact, places=2)}% ± {one_digit(100 * number.se)}%"


def _assumptions(result: PoolResult, context: Context) -> Iterator[Block]:
    yield Heading(text="What each pool assumes")
    yield Listing(points=tuple(_assumption(pool, context) for pool in result.headline))
    if result.extremizing is not None:
        yield Paragraph(text=extremizing(result.extremizing))


def _assumption(pool: Pool, context: Context) -> str:
    text = f"{name(pool)}: {ASSUMPTIONS[pool.form, pool.level]}."
    because = pool.undefined_because
    return f"{text} Undefined here: {_reason(because, context)}." if because else text


def _reason(because: UndefinedBecause, context: Context) -> str:
    if because.reason == "priors-exclude-each-other":
        inputs = listed([input_name(name, context.scenario) for name in because.inputs])
        return f"the analysts' priors exclude each other on {inputs}"
    return REASONS[because.reason]


def extremizing(factor: float) -> str:
    """What extremizing does, and what it assumes."""
    lead = f"Extremized: the log-odds of each pool are multiplied by {factor:g}."
    if factor < 1:
        return f"{lead} A factor below 1 moves every pool towards even odds."
    return (
        f"{lead} It assumes that each analyst knows something that the others do not. Where all use the same evidence, "
        "it exaggerates."
    )


def _left_out(result: PoolResult) -> Iterator[Block]:
    yield Heading(text="With one analyst left out")
    yield Table(
        header=("Without", *(COLUMNS[pool.form, pool.level] for pool in result.headline)),
        rows=tuple(
            (analyst, *(_percent(pool.without[analyst]) for pool in result.headline)) for analyst in result.weights
        ),
    )


def _other_outcomes(result: PoolResult, context: Context) -> Iterator[Block]:
    outcomes = [outcome for outcome in result.pools if outcome != result.scenario.headline]
    if outcomes:
        yield Heading(text="Other outcomes")
        yield Table(
            header=("Outcome", "Analysts", *(COLUMNS[pool.form, pool.level] for pool in result.headline)),
            rows=tuple(_outcome(outcome, result, context) for outcome in outcomes),
        )


def _outcome(outcome: str, result: PoolResult, context: Context) -> tuple[str, ...]:
    rows = analysts.by_probability(result.analysts, outcome)
    pools = (_percent(pool.probability) for pool in result.pools[outcome])
    return plain(context.scenario.outcomes[outcome].title), analysts.reach(rows), *pools


def _record(record: Scoring, rule: Rule) -> Iterator[Block]:
    yield Heading(text="The analysts' past forecasts")
    yield Table(
        header=("Analyst", "Resolved", "Brier score", "Log score"),
        rows=tuple((row.analyst, str(row.resolved), _score(row.brier), _score(row.log)) for row in record.scores),
    )
    yield Paragraph(
        text=f"Weights from {record.file}, {rule.title} ({rule.source}). Lower scores are better. The errors of the "
        "weights treat the analysts' scores as independent, so on shared questions they are too large."
    )
    for warning in _warnings(record):
        yield Paragraph(text=warning, strong=True)
    yield Heading(text="Calibration", level=3)
    yield Table(
        header=("Analyst", "Word", "Forecasts", "Mean forecast", "Occurred"),
        rows=tuple(row for scores in record.scores for row in _calibration(scores)),
        text_columns=frozenset({0, 1}),
    )


def _score(number: Estimate | None) -> str:
    """A score with its standard error: "0.21 ± 0.04"."""
    if number is None:
        return "infinite"
    if not number.se:
        return rounded(number.value, 0.0)
    return f"{beside_error(number.value, number.se)} ± {one_digit(number.se)}"


def _warnings(record: Scoring) -> Iterator[str]:
    few = [f"{row.analyst} ({plural(row.resolved, 'question', 'questions')})" for row in record.scores if row.few]
    if few:
        yield f"Fewer than {FEW} resolved questions: {listed(few)}. Such weights are mostly noise; see their errors."
    if not record.same_questions:
        yield "The analysts were not scored on the same questions: easier questions give better scores."
    infinite = [row.analyst for row in record.scores if row.log is None]
    if infinite:
        yield (
            f"{listed(infinite)} gave probability 0 to something that happened, so the logarithmic score is infinite. "
            f"For weights by it, that counts as {100 * FLOOR:g}%; weights by the Brier score need no such floor."
        )


def _calibration(row: Scores) -> Iterator[tuple[str, ...]]:
    for band in row.calibration:
        shares = (f"{rounded(share, 0.01, places=2)}%" for share in (band.mean_forecast, band.frequency))
        yield row.analyst, band.term, str(band.count), *shares


def sheets(result: PoolResult, context: Context) -> tuple[Sheet, ...]:
    """Pools, analysts, weights, pools without one analyst, and past forecasts as tables."""
    pools = [(outcome, pool) for outcome, rows in result.pools.items() for pool in rows]
    scores = result.record.scores if result.record else ()
    return (
        sheet("pools", [*_pool_rows(pools, context), *analysts.left_out_rows(result)]),
        sheet("analysts", analysts.outcome_rows(result.analysts, context)),
        sheet("weights", [{"analyst": analyst, "weight": weight} for analyst, weight in result.weights.items()]),
        sheet("without one analyst", [row for outcome, pool in pools for row in _without(outcome, pool)]),
        sheet("past forecasts", [_scores(row) for row in scores]),
    )


def _pool_rows(pools: Iterable[tuple[str, Pool]], context: Context) -> Iterator[dict[str, object]]:
    for outcome, pool in pools:
        yield {**_pool(outcome, pool), **_pooled(pool, context)}


def _pool(outcome: str, pool: Pool) -> dict[str, object]:
    return {"outcome": outcome, "form": pool.form, "level": pool.level}


def _pooled(pool: Pool, context: Context) -> dict[str, object]:
    because = pool.undefined_because
    return {
        "probability": pool.probability,
        "word": _word(pool.probability, context),
        "extremized": pool.extremized,
        "undefined_because": because.reason if because else None,
    }


def _without(outcome: str, pool: Pool) -> Sequence[dict[str, object]]:
    return [
        {**_pool(outcome, pool), "without": analyst, "probability": number} for analyst, number in pool.without.items()
    ]


def _scores(row: Scores) -> dict[str, object]:
    return {"analyst": row.analyst, "resolved": row.resolved, "brier": row.brier, "log": row.log}


FIGURES = figures()
