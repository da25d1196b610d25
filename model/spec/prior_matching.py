"""Match a prior set to a scenario: the fitted prior of every quantity, or everything that does not fit together."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from estimative.model.spec.directions import contradictions
from estimative.model.spec.events import OTHERWISE
from estimative.model.spec.evidence import Cases, Exposure
from estimative.model.spec.quantities import PAIR, Quantities, Quantity, QuantityName, state_labels
from estimative.model.spec.scenario import Scenario
from estimative.priors.dirichlet import complete, fit_shares
from estimative.priors.errors import (
    InvalidInput,
    Issue,
    Place,
    Severity,
    ascii_safe,
    enumerated,
    invalid,
    nearest,
    quote,
)
from estimative.priors.frozen import FrozenDict
from estimative.priors.prior_set import PriorSet
from estimative.priors.quantile_fit import Prior, Support, fit
from estimative.priors.ratio_scale import RATIO_SCALES, scales_of
from estimative.priors.statement_syntax import say
from estimative.priors.statements import PLACEHOLDER, ByState, Constant, RatioWord, SameAs, Stated, Statement
from estimative.priors.toml_table import JOINED

UNITS = {"rate per year": "yearly rate"}
"""What a number above 0 is, where its unit does not name it."""
SILENT_OF_CONDITION = "Not in the prior set: the mean over the states, so that it says nothing about the condition."
"""The reason of a likelihood where an event's condition is not met, which nobody states."""


def matched_priors(quantities: Quantities, prior_set: PriorSet) -> tuple[Mapping[str, Prior], Mapping[str, Prior]]:
    """Fit the priors of a scenario's quantities, and those of its indicators; each by the name of the quantity.

    Raises
    ------
    InvalidInput
        With every quantity that is missing, unknown to the scenario, or stated in a way that does not suit it.
    """
    matching = _Matching(quantities, prior_set)
    # Against another scenario every name would be unknown: one mistake, one error.
    issues = list(matching.mismatches()) or [*matching.misspellings(), *matching.missing_weights()]
    if prior_set.scenario != quantities.scenario.id:
        raise InvalidInput(issues)
    priors = FrozenDict(matching.dated(matching.fitted(quantities.all, issues)))
    indicator_priors = FrozenDict(matching.fitted(quantities.indicator_quantities, issues))
    issues.extend(matching.implausible_indicators(indicator_priors))
    issues.extend(matching.contrary_ratios(priors))
    issues.extend(matching.late_priors())
    issues.extend(matching.placeholders())
    if issues:
        raise InvalidInput(issues)
    return priors, indicator_priors


def with_short_rows(prior_set: PriorSet, scenario: Scenario) -> PriorSet:
    """Rename rows of tables in which somebody wrote out what their names leave out: the first state of a parent."""
    short = {name: _short_row(name, scenario) for name in prior_set.statements if name.startswith("tables.")}
    renamed = {old: new for old, new in short.items() if new != old and new not in prior_set.statements}
    if not renamed:
        return prior_set
    return replace(
        prior_set,
        statements=FrozenDict({renamed.get(name, name): stated for name, stated in prior_set.statements.items()}),
        places=FrozenDict({renamed.get(name, name): place for name, place in prior_set.places.items()}),
    )


def _short_row(name: str, scenario: Scenario) -> str:
    parsed = QuantityName.parse(name)
    parents = [scenario.events[p] for p in getattr(scenario.events.get(parsed.subject), "table_parents", ())]
    left_out = {f"{parent.id}={parent.unnamed_state}" for parent in parents if parent.states}
    kept = [part for part in JOINED.split(parsed.key) if part not in left_out]
    return f"tables.{parsed.subject}.{'+'.join(kept) or 'none'}"


class _Matching:
    """One prior set beside the quantities of one scenario."""

    def __init__(self, quantities: Quantities, prior_set: PriorSet) -> None:
        self.quantities = quantities
        self.scenario: Scenario = quantities.scenario
        self.prior_set = prior_set
        self.misspelt: set[str] = set()
        """Names that an unknown one probably stands for: one mistake gives one error."""

    def mismatches(self) -> Iterator[Issue]:
        """Yield the error of a prior set for another scenario, or for another version of this one."""
        ours, theirs, digest = quote(self.scenario.id), quote(self.prior_set.scenario), self.prior_set.scenario_digest
        if self.prior_set.scenario != self.scenario.id:
            message = f"these priors are for the scenario {theirs}, not for {ours}"
            yield self._error("prior_set.scenario", message, code="scenario-mismatch", value=theirs, allowed=ours)
        elif digest not in (None, self.scenario.digest):
            yield self._error(
                "prior_set.scenario_digest",
                "the scenario has changed since these priors were stated",
                code="scenario-changed",
                value=quote(digest),
                allowed=self.scenario.digest,
                suggestion="Check the priors, then replace or delete the digest.",
            )

    def misspellings(self) -> Iterator[Issue]:
        """Yield the errors of unknown names that probably stand for what is missing."""
        for unknown in unknown_names(self.quantities, self.prior_set):
            if unknown.missing:
                self.misspelt.add(unknown.meant)
                yield unknown.issue("error")

    def missing_weights(self) -> Iterator[Issue]:
        for item in self.scenario.evidence.values():
            name, counted = f"relevance.{item.id}", isinstance(item, Exposure | Cases)
            if counted and item.id not in self.prior_set.relevance and name not in self.misspelt:
                yield self._missing(name, "a number between 0 and 1")

    def dated(self, priors: Iterable[tuple[str, Prior]]) -> Iterator[tuple[str, Prior]]:
        """Add to the chances of events that may happen anytime the day from which on they are stated."""
        anytime = {f"events.{event.id}" for event in self.scenario.events.values() if event.timing == "anytime"}
        for name, prior in priors:
            yield name, replace(prior, stated_from=self.prior_set.date) if name in anytime else prior

    def late_priors(self) -> Iterator[Issue]:
        """Yield the error of priors that are stated for a time after the horizon."""
        anytime = [event.id for event in self.scenario.events.values() if event.timing == "anytime"]
        if anytime and self.prior_set.date and self.prior_set.date >= self.scenario.until:
            message = (
                f"the priors are of {self.prior_set.date}, and the horizon ends on {self.scenario.until}: no time is "
                f"left in which {quote(anytime[0])} may happen"
            )
            allowed = f"a date before {self.scenario.until}"
            yield self._error("prior_set.date", message, code="date-out-of-range", allowed=allowed)

    def fitted(self, quantities: Mapping[str, Quantity], issues: list[Issue]) -> Iterator[tuple[str, Prior]]:
        by_input: dict[str, list[Quantity]] = {}
        for quantity in quantities.values():
            by_input.setdefault(quantity.input, []).append(quantity)
        for name, stated_together in by_input.items():
            first = stated_together[0]
            if name in self.prior_set.statements:
                try:
                    yield from self._stated(name, stated_together)
                except InvalidInput as error:
                    issues.extend(_named(_within(issue, self._place(name)), first) for issue in error.issues)
            elif all(quantity.name in self.prior_set.statements for quantity in stated_together):
                # A pool of analysts states sticks and likelihoods one by one.
                for each in stated_together:
                    support = Support.DEGREE if each.states else each.support
                    yield each.name, fit(self.prior_set.statements[each.name], support)
            elif self._stated_otherwise(name):
                yield name, replace(fit(Constant(value=1.0), first.support), unused=True)
            elif name not in self.misspelt:
                issues.append(self._missing(name, ascii_safe(first.title.partition(": share of")[0])))

    def _stated(self, name: str, quantities: Sequence[Quantity]) -> Iterator[tuple[str, Prior]]:
        """Fit the quantities that one entry states: one, the shares of an event, or a ratio for each state.

        Raises
        ------
        InvalidInput
            If the entry does not suit them.
        """
        first, stated = quantities[0], self.prior_set.statements[name]
        check_words(stated.statement, first)
        if first.states:
            shares, misfit = fit_shares(stated, first.states)
            for quantity, family in zip(quantities, shares.sticks(), strict=True):
                yield quantity.name, Prior(stated=stated, family=family, misfit=round(misfit, 9))
        elif isinstance(stated.statement, ByState) and any(quantity.state for quantity in quantities):
            states = [quantity.state for quantity in quantities]
            silent = OTHERWISE in states and OTHERWISE not in dict(stated.statement.parts)
            parts = parts_of(stated.statement, first.unit, [s for s in states if not (silent and s == OTHERWISE)])
            fitted = {state: fit(replace(stated, statement=parts[state]), first.support) for state in parts}
            if silent:
                fitted[OTHERWISE] = self._uninformative(name, fitted)
            yield from ((quantity.name, fitted[quantity.state]) for quantity in quantities)
        elif name.startswith("evidence.") and first.state:
            example = enumerated([f"{quantity.state} = ..." for quantity in quantities if quantity.state != OTHERWISE])
            message = f"{say(stated.statement)} is no likelihood under each state"
            raise invalid(message, code="unsuitable-statement", allowed=f"{{ {example} }}")
        elif len(quantities) > 1:
            # One number for several states: one unknown under several names.
            prior = fit(stated, first.support)
            yield first.name, prior
            for quantity in quantities[1:]:
                yield quantity.name, replace(prior, same_as=first.name)
        else:
            yield first.name, self._prior(name, first.support)

    def _uninformative(self, entry: str, by_state: Mapping[str, Prior]) -> Prior:
        """The likelihood with which an item says nothing about the condition of its event: its mean over the shares."""
        item = self.scenario.evidence[QuantityName.parse(entry).subject]
        event = self.scenario.events[item.about]
        shares = self.prior_set.statements.get(f"events.{event.id}")
        means = (
            fit_shares(shares, event.share_states)[0].means if shares else [1 / len(event.states)] * len(event.states)
        )
        # Under the state that somebody claims it is 1.
        medians = [by_state[s].family.quantile(0.5) if s in by_state else 1.0 for s in event.share_states]
        mean = Constant(value=math.fsum(map(math.prod, zip(means, medians, strict=True))))
        return fit(Stated(statement=mean, because=SILENT_OF_CONDITION), Support.RATIO)

    def _stated_otherwise(self, name: str) -> bool:
        """Whether an item is stated by its ratio where this is one of its chances, or by its chances."""
        parsed = QuantityName.parse(name)
        if parsed.section != "evidence" or parsed.subject not in self.quantities.pairs:
            return False
        item = f"evidence.{parsed.subject}"
        others = [item] if parsed.key else [f"{item}.{key}" for key in PAIR]
        return all(other in self.prior_set.statements for other in others)

    def _prior(self, name: str, support: Support) -> Prior:
        """Fit a statement, or that of the quantity that this one is the same as.

        Raises
        ------
        InvalidInput
            If it does not suit the quantity, or leads to none.
        """
        own, statements = self.prior_set.statements[name], self.prior_set.statements
        root, passed = name, [name]
        while isinstance(statement := statements[root].statement, SameAs):
            root = statement.name
            if root in passed or root not in self.quantities.all or root not in statements:
                raise self._no_such_unknown(root, passed)
            passed.append(root)
        if root == name:
            return fit(own, support)
        if support.family is not self.quantities.all[root].support.family:
            message = f"{quote(root)} is {self.quantities.all[root].support.value}, and this is {support.value}"
            raise invalid(message, code="unsuitable-statement", allowed="a quantity with the same range")
        return replace(fit(statements[root].statement, support), stated=own, same_as=root)

    def _no_such_unknown(self, name: str, passed: Sequence[str]) -> InvalidInput:
        if name in passed:
            message, allowed = f"{quote(name)} refers back to itself", "a quantity with a statement of its own"
            return invalid(message, code="invalid-value", allowed=allowed)
        meant = nearest(name, self.quantities.all) or ""
        message = f"{quote(name)} is not a quantity that is stated here"
        return invalid(message, code="unknown-name", allowed="a name such as events.x", suggestion=meant)

    def implausible_indicators(self, priors: Mapping[str, Prior]) -> Iterator[Issue]:
        """Yield the errors of indicators that speak against what the scenario says they support."""
        for indicator in self.scenario.indicators.values():
            labels = state_labels(indicator.about, self.scenario)
            supported, other = labels if indicator.supports else reversed(labels)
            likelier, less_likely = (f"indicators.{indicator.id}.if_{label}" for label in (supported, other))
            if likelier not in priors or less_likely not in priors:
                continue
            mean, least = priors[likelier].family.mean, priors[less_likely].family.mean
            if mean <= least:
                message = f"the mean is {mean:.2g}, though the indicator supports {quote(supported)} by the scenario"
                allowed = f"more than {least:.2g}, the mean of {less_likely}"
                yield self._error(likelier, message, code="implausible-indicator", allowed=allowed)

    def contrary_ratios(self, priors: Mapping[str, Prior]) -> Iterator[Issue]:
        """Yield the errors of ratios that turn round what the scenario states."""
        for found in contradictions(self.scenario, priors):
            message = f"the median of the ratio is {found.median:.2g}, below 1, though {found.states} by the scenario"
            allowed = "a ratio with a median of at least 1"
            yield self._error(found.name, message, code="contrary-ratio", allowed=allowed, suggestion=found.fix)

    def placeholders(self) -> Iterator[Issue]:
        """Yield one error for everything that is still as a starter file had it."""
        stated = {**self.prior_set.statements, **self.prior_set.shares}
        left = [name for name, statement in stated.items() if statement.because == PLACEHOLDER]
        if left:
            lines = [self._place(name).line for name in left]
            listed = enumerated(
                [f"{name} (line {line})" if line else name for name, line in zip(left, lines, strict=True)]
            )
            message = f"{len(left)} of {len(stated)} priors are still those of the starter file: {listed}"
            fix = f"Change the numbers to what you believe, and replace each {quote(PLACEHOLDER)} by your reason."
            yield self._error(left[0], message, code="placeholder", suggestion=fix)

    def _missing(self, name: str, title: str) -> Issue:
        return self._error(name, f"{quote(name)} is missing: {title}", code="missing-prior")

    def _error(
        self, key: str, message: str, *, code: str, value: str = "", allowed: str = "", suggestion: str = ""
    ) -> Issue:
        place = self._place(key)
        return Issue(code=code, message=message, place=place, value=value, allowed=allowed, suggestion=suggestion)

    def _place(self, key: str) -> Place:
        return _place(self.prior_set, key)


def _named(issue: Issue, quantity: Quantity) -> Issue:
    """Say what a quantity is where a message says only that it is a number above 0."""
    unit = UNITS.get(quantity.unit, quantity.unit.partition(",")[0])
    if quantity.support is not Support.RATIO or not unit or issue.code != "unsuitable-statement":
        return issue
    noun = f"{'an' if unit[0] in 'aeiou' else 'a'} {unit}, which is {Support.RATIO.value}"
    return replace(issue, message=issue.message.replace(f"cannot state {Support.RATIO.value}", f"cannot state {noun}"))


def _within(issue: Issue, place: Place) -> Issue:
    """Move an issue to an entry; one about a part of it names the part."""
    if issue.place.key and not issue.place.file:
        return issue.moved(replace(place, key=f"{place.key}.{issue.place.key}"))
    return issue.moved(place)


def check_words(statement: Statement, quantity: Quantity) -> None:
    """Check that words for likelihoods are those of the quantity that they state.

    Raises
    ------
    InvalidInput
        With each word that is not.
    """
    pairs = statement.parts if isinstance(statement, ByState) else (("", statement),)
    words = [(key, word) for key, word in pairs if isinstance(word, RatioWord)]
    issues = [
        _unsuitable(word, key, quantity) for key, word in words if RATIO_SCALES[word.scale].states != quantity.unit
    ]
    if issues:
        raise InvalidInput(issues)


def _unsuitable(word: RatioWord, key: str, quantity: Quantity) -> Issue:
    scale = RATIO_SCALES[word.scale]
    fitting = [other for other in RATIO_SCALES.values() if other.states == quantity.unit]
    alone = [band.words[0] for other in fitting[:1] for band in other.bands if len(scales_of(band.words[0])) == 1]
    words = enumerated(list(map(quote, alone)))
    return Issue(
        code="unsuitable-statement",
        message=f"{quote(word.term)} ({scale.title}) is a word for a {scale.states}, which this is not",
        place=Place(key=key),
        allowed=f"a number, or one of {words}" if words else "",
    )


def parts_of(by_state: ByState, unit: str, states: Sequence[str]) -> Mapping[str, Statement]:
    """Return the statement for each of some states.

    Raises
    ------
    InvalidInput
        If a state is missing or unknown, or a state that needs none has another value than 1.
    """
    parts = dict(by_state.parts)
    if by_state.worth is not None:
        raise invalid("only shares have a worth", code="unsuitable-statement", key="worth", allowed=f"a {unit} each")
    claimed = {name for name in parts.keys() - set(states) if parts[name] == Constant(value=1.0)}
    return complete({name: statement for name, statement in parts.items() if name not in claimed}, states)


class UnknownName(Struct, frozen=True, kw_only=True):
    """A name in a prior set for which the scenario has no use."""

    name: str
    place: Place
    what: str
    """What it is not."""
    meant: str
    """The name that it probably stands for; empty if there is none."""
    missing: bool
    """Whether nothing is stated under that name."""

    def issue(self, severity: Severity) -> Issue:
        entry = quote(_entry(self.name))
        return Issue(
            severity=severity,
            code="unknown-name",
            message=f"{entry} is not {self.what}",
            place=self.place,
            value=entry,
            suggestion=_entry(self.meant),
        )


def superfluous(quantities: Quantities, prior_set: PriorSet) -> Iterator[Issue]:
    """Yield the warnings of names that the scenario does not have, or no longer has."""
    later = quantities.scenario.later
    known = {*later, *(item.origin for item in later.values())}
    return (
        unknown.issue("warning")
        for unknown in unknown_names(quantities, prior_set)
        if not unknown.missing and QuantityName.parse(unknown.name).subject not in known
    )


def unknown_names(quantities: Quantities, prior_set: PriorSet) -> Iterator[UnknownName]:
    """Yield the names in a prior set that the scenario does not have, each with the name that was probably meant."""
    scenario = quantities.scenario
    counted = [item.id for item in scenario.evidence.values() if isinstance(item, Exposure | Cases)]
    known: tuple[tuple[Iterable[str], Collection[str], str], ...] = (
        (prior_set.statements, _entries(quantities, prior_set), "a quantity of the scenario"),
        (_in("relevance", prior_set.relevance), _in("relevance", counted), "evidence of kind exposure or cases"),
        (
            _in("independence", prior_set.independence),
            _in("independence", scenario.origins),
            "an origin that several items share",
        ),
    )
    for stated, wanted, what in known:
        silent = [name for name in wanted if name not in stated]
        for name in stated:
            if name not in wanted:
                # A name that is not stated yet is more probable than one that is.
                meant = _meant(name, silent) or _meant(name, wanted)
                place = _place(prior_set, name)
                yield UnknownName(name=name, place=place, what=what, meant=meant, missing=meant in silent)


def _entries(quantities: Quantities, prior_set: PriorSet) -> Collection[str]:
    """What a prior set can state: inputs, or the quantities of one that it does not state as a whole."""
    parts = [
        name for entry in quantities.inputs for name in quantities.inputs[entry] if entry not in prior_set.statements
    ]
    known = {**quantities.inputs, **quantities.indicator_quantities}
    return {**known, **dict.fromkeys(name for name in parts if name in prior_set.statements)}


def _in(section: str, names: Iterable[str]) -> list[str]:
    return [f"{section}.{name}" for name in names]


def _place(prior_set: PriorSet, key: str) -> Place:
    return prior_set.places.get(key) or Place(file=prior_set.file, key=key)


def _meant(name: str, known: Iterable[str]) -> str:
    """Return the name of the same section that a misspelt one probably stands for, or nothing."""
    section = QuantityName.parse(name).section
    entries = [_entry(other) for other in known if QuantityName.parse(other).section == section]
    entry = _entry(name)
    # The parents of a table in another order are the same letters.
    reordered = (other for other in entries if "+" in entry and sorted(other) == sorted(entry))
    near = next(reordered, None) or nearest(entry, entries)
    return f"{section}.{near}" if near else ""


def _entry(name: str) -> str:
    """Return a name without its section."""
    return name.partition(".")[2]
