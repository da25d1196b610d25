"""From what a report holds to words."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from estimative.priors.verbal_scale import Scale
from estimative.reports.evidence.summary import Sight
from estimative.reports.report.summary import Mass
from estimative.reports.sensitivity.summary import Swing
from estimative.reports.summary import Agreement, Analyst, Check, Item, Number, Probability, Quantity
from estimative.reports.wording import (
    METHODS,
    judged,
    listed,
    percent,
    percent_with_error,
    phrase,
    plural,
    rounded,
    spoken,
    term,
    verdict,
)

NEGLIGIBLE = 0.01
"""Of the posterior: a smaller share is not told by itself."""
TRACE = 1e-9
"""Of the posterior, where no draw was met but some may be."""


def masses(bands: Sequence[Mass]) -> str:
    """How the posterior spreads over the words; empty where it is not known."""
    if not bands:
        return ""
    if len(bands) == 1:
        lead = "Practically all" if bands[0].share.se else "All"
        return f"{lead} of what the analyst leaves open lies {_place(bands[0])}."
    told = [band for band in bands if band.share.value >= NEGLIGIBLE] or [max(bands, key=lambda one: one.share.value)]
    elsewhere = [band.share for band in bands if band not in told]
    first, *others = told
    parts = [
        f"{share(first.share)} lies {_place(first)}",
        *(f"{share(band.share)} {_place(band)}" for band in others),
        *([f"{share(_together(elsewhere))} elsewhere"] if elsewhere else []),
    ]
    return f"Of what the analyst leaves open, {listed(parts)}."


def _together(shares: Sequence[Number]) -> Number:
    """The sum of shares, each so small that it says next to nothing about the others."""
    return Number(value=sum(one.value for one in shares), se=math.hypot(*(one.se for one in shares)))


def share(of: Number) -> str:
    """A share of the posterior in full per cent, or to the digits of its error; all of it only where that is exact."""
    error = max(of.se, 0.005)
    rest = percent(max(round(1 - of.value, 12), TRACE if of.se else 0.0), error)
    if rest.startswith("less than"):
        return f"more than {100 - float(rest.removeprefix('less than ').removesuffix(' %')):g} %"
    return percent(of.value, error)


def _place(band: Mass) -> str:
    """A stretch of probability: "in 'unlikely' (20 to 45 %)", "below 1 %"."""
    return f"in '{band.text}' ({100 * band.low:g} to {100 * band.high:g} %)" if band.worded else band.text


def moved(headline: Probability) -> str:
    """Where the headline came from."""
    before, after = (
        percent(headline.prior_probability, headline.prior_se),
        percent(headline.probability, headline.se),
    )
    return f"Before any evidence it stood at {before}." if before != after else "The evidence has left it where it was."


def others(analysts: Mapping[str, Probability]) -> str:
    """What other analysts make of the headline, where its reader looks first."""
    told = [f"{name}, {judged(one)}" for name, one in analysts.items()]
    lead = "By the other prior set that is reported here" if len(told) == 1 else "By the other prior sets reported here"
    return f"{lead}: {'; '.join(told)}. See 'Dissent'."


def crossing(headline: Probability, sights: Mapping[str, Sight], scale: Scale) -> str:
    """Which indicators would bring the headline to another word, were they seen; empty where none would."""
    now = phrase(headline.probability, headline.se, scale)
    seen = {name: one.if_seen for name, one in sights.items() if one.if_seen}
    words = {name: phrase(then.value, then.se, scale) for name, then in seen.items()}
    told = [
        f"{name} (to {percent(then.value, then.se)}, {words[name]})"
        for name, then in seen.items()
        if words[name].text != now.text
    ]
    if not told:
        return ""
    verb = "would by itself" if len(told) == 1 else "would each by itself"
    return f"Of the indicators below, {listed(told)} {verb} change the word, if seen."


def yardstick(scale: Scale) -> str:
    """Whose words are used, and by what rule."""
    rule = f" {_sentence(scale.rule)}" if scale.rule.strip() else ""
    source = f" ({scale.source.rstrip('.')})" if scale.source else ""
    return f"Words of probability are those of {scale.title}{source}.{rule}"


def _sentence(text: str) -> str:
    plain = " ".join(text.split())
    return plain if plain.endswith((".", "!", "?")) else f"{plain}."


def evidence_base(items: Mapping[str, Item]) -> str:
    """How much evidence there is, of how many origins, and how much of it carries a grade."""
    if not items:
        return "No evidence was used: the answer is what the priors make of it."
    told = {(item.origin, "" if item.origin else name) for name, item in items.items()}
    origins = plural(len(told), "origin", "origins")
    graded = sum(bool(item.grade) for item in items.values())
    if len(items) == 1:
        return f"The evidence is 1 item; its source is {'graded' if graded else 'not graded'} for reliability."
    which = {0: "none", len(items): "all"}.get(graded, f"{graded:,}")
    verb = "has a source that is" if graded == 1 else "have sources that are"
    return f"The evidence is {len(items):,} items of {origins}; {which} of them {verb} graded for reliability."


def alone(analyst: str) -> str:
    """That nobody dissents, because nobody else was asked."""
    return f"None is reported: this report is of one analyst, {analyst}, alone."


def linchpin(name: str, swing: Swing) -> str:
    """A quantity that the answer hangs on, in prose, with its title."""
    title = swing.title.rstrip(".")
    return f"{_capital(spoken(name))}: {title}" if title and title != spoken(name) else _capital(spoken(name))


def if_held(at: float, headline: Number, scale: Scale) -> str:
    """What follows if a quantity is held at a value: word and number."""
    return f"held at {_plain(at)}: {term(headline.value, headline.se, scale)} ({percent(headline.value, headline.se)})"


def _plain(value: float) -> str:
    """Three digits of an exact number, without zeros that say nothing."""
    told = rounded(value, 0)
    return told.rstrip("0").rstrip(".") if "." in told else told


def constant(name: str, quantity: Quantity) -> str:
    """A quantity that was held constant, with its reason."""
    return _because(f"{_capital(spoken(name))} at {rounded(quantity.prior.mean, 0)}", quantity.because)


def chosen_weights(items: Mapping[str, Item]) -> tuple[str, ...]:
    """Weights of evidence that the analyst chose, each with the reason; items of one weight and reason together."""
    alike: dict[tuple[str, str], list[str]] = {}
    for name, item in items.items():
        if item.weight != 1:
            alike.setdefault((f"{item.weight:.2g}", item.weight_because), []).append(name)
    return tuple(_because(_counting(names, weight), reason) for (weight, reason), names in alike.items())


def _counting(names: Sequence[str], weight: str) -> str:
    return f"What {names[0]} counts, {weight}" if len(names) == 1 else f"What {listed(names)} count, {weight} each"


def held_weight(name: str) -> str:
    """A weight that was varied, in prose."""
    return _capital(spoken(name))


def _because(what: str, reason: str) -> str:
    return f"{what}, because: {_sentence(reason)}" if reason.strip() else f"{what}. No reason is given."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def check(found: Check) -> tuple[str, str, str, str]:
    """A condition of a verdict: its name and where, what was found, what was needed, whether it held."""
    where = f" at {found.where}" if found.where else ""
    value = "no weight stood out" if found.value is None and found.passed else _value(found)
    return f"{found.name}{where}", value, f"{found.direction} {found.limit:g}", "passed" if found.passed else "failed"


def _value(found: Check) -> str:
    """With as many digits, three or more, as tell it from its limit."""
    if found.value is None:
        return "infinite"
    large = abs(found.value) >= 100
    texts = [f"{found.value:,.{digits}f}" if large else f"{found.value:.{digits + 3}g}" for digits in range(14)]
    return next((text for text in texts if float(text.replace(",", "")) != found.limit), texts[0])


def starting_point(run: Probability, method: str, analyses: Probability, fit: Analyst) -> str:
    """Which fit the analyses start from, where that is not the run's own, and whether it can be believed."""
    lead = "What is said of evidence, linchpins and alternatives was reckoned from a fit of its own"
    numbers = (
        f"headline {percent_with_error(analyses.probability, analyses.se)} there, "
        f"{percent_with_error(run.probability, run.se)} by {METHODS.get(method, method)} above"
    )
    by = METHODS.get(fit.method, fit.method)
    return f"{lead}, by {by} ({numbers}). Of that fit: {verdict(fit.method, fit.verdict)}."


def agreement_in_words(found: Agreement | None) -> str:
    """Whether two methods were held against each other."""
    return "one method alone was used" if found is None else "two methods were held against each other"


def refused(reasons: Sequence[str]) -> str:
    """What could not be reckoned, and why."""
    return f"Not told here, since it could not be reckoned: {'; '.join(reason.rstrip('.') for reason in reasons)}."
