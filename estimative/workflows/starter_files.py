"""Starter files: a commented scenario, and a prior set that asks for every quantity of a scenario."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import groupby
from pathlib import Path

from estimative.model.spec.evidence import Forecast, Measurement
from estimative.model.spec.quantities import PAIR, Quantities, Quantity, QuantityName, indicator_states, state_labels
from estimative.model.spec.scenario import Scenario
from estimative.model.spec.scenario_file import find_scenario, read_scenario
from estimative.priors import toml_writer as toml_text
from estimative.priors.catalog import find_prior_set, shipped_prior_sets
from estimative.priors.errors import ascii_safe, invalid, quote
from estimative.priors.prior_set import PriorSet
from estimative.priors.prior_set_file import read_prior_set
from estimative.priors.quantile_fit import Support
from estimative.priors.statement_syntax import toml
from estimative.priors.statements import PLACEHOLDER
from estimative.priors.toml_table import A_NAME, NAME
from estimative.workflows.new_files import create
from estimative.workflows.project import PROJECT_FILE

PLACEHOLDERS = {
    Support.DEGREE: "p05 = 0.1, p50 = 0.5, p95 = 0.9",
    Support.PROBABILITY: "p05 = 0.02, p95 = 0.3",
    Support.RATIO: "p05 = 1, p95 = 4",
}
RATE = "p05 = 0.01, p95 = 0.1"
FORECAST_ERROR = "p05 = 0.4, p95 = 1.2"
LIKELY, UNLIKELY = "p05 = 0.3, p95 = 0.8", "p05 = 0.05, p95 = 0.4"
SMALL_ERROR, LARGE_ERROR = 0.05, 0.2
"""Of a measurement: shares of the distance between its values at the two ends of its factor."""
HERE, PRIOR_SETS = Path(), "priors"
PROJECT = """\
# What the commands in this folder are about, unless an option says otherwise. Paths start here.
[project]
scenario = {scenario}
priors = [{priors}]          # prior sets, or folders of them; `estimative fit` takes the first
runs = "runs"                # saved runs
"""
SECTIONS = ("factors", "events", "effects", "tables", "evidence", "motives", "indicators")
PRIOR_SET = """\
# What one analyst believes about one scenario. State a prior in any of these ways, and say why:
#   "unlikely"                                a word of the ICD 203 scale
#   { p05 = 0.1, p50 = 0.2, p95 = 0.4 }       two or more quantiles
#   { low = 0.1, high = 0.4, mass = 0.9 }     a central interval
#   { low = 0.1, mode = 0.2, high = 0.6 }     three points, for degrees and probabilities
#   { low = 0.1, best = 0.2, high = 0.4, sure = 0.8 }   lowest, best, highest, and how sure that it lies between
#   { mean = 0.3, sd = 0.1 }                  moments
#   { count = 3, of = 20 }                    a reference class, for degrees and probabilities
#   { value = 0.3, because = "..." }          a constant: held fixed, and the report says so
#   "weak", "moderate"                        a word for a likelihood ratio; under a state "inconsistent", "consistent"
{numbers}
# Effects and likelihood ratios are 1 or more, since the scenario says in which direction they work. Rates and errors
# are positive numbers.
"""
NOBODYS = """\
# The numbers below are nobody's: change them, and replace each "{placeholder}" by your reason. Until then, check lists
# them as an error."""
INHERITED = """\
# The numbers behind a # below are those of the set that this one extends, and count as they are. Any others are
# nobody's: change them, and replace each "{placeholder}" by your reason. Until then, check lists them as an error."""
SCENARIO = """\
# A scenario: what could happen, what bears on it, what has been seen. Copy the blocks, then: estimative check FILE

[scenario]
id = {name}
title = "A supplier fails"
question = "Will the only supplier of the part stop delivering by the end of 2027? Its own notice to customers decides."
as_of = 2026-11-01
until = 2027-12-31
headline = "stoppage"            # the outcome that a report leads with

[[scenario.sources]]
id = "accounts-2025"
title = "Annual accounts of the supplier"
date = 2026-04-30

[factors.strain]                 # a degree between 0 and 1 that nobody observes directly
title = "Financial strain"
low = "pays its suppliers early and hires"
high = "pays late, sells what it can and hires nobody"

[events.insolvency]
title = "The supplier files for insolvency"
form = "rate"                    # a yearly rate; without this line a probability ("odds")
drivers = {{ strain = "raises" }}

[events.stop]
title = "The supplier stops delivering"
# timing = "anytime"             # it may happen on any day, so that its chance shrinks with the time that is left
drivers = {{ insolvency = "raises", strain = "raises" }}

[outcomes.stoppage]
title = "The part is no longer delivered"
all = ["stop"]                   # also any = [...], none = [...], given = [...]

[evidence.late_payments]
kind = "indicator"               # also measurement, testimony, forecast, exposure, cases, observation
about = "strain"
supports = "high"
title = "Its own suppliers report payments two months late"
source = "accounts-2025"
locator = "notes, page 12"
date = 2026-04-30
grade = "B2"                     # Admiralty code
# fades = "18 months"            # counts half as much after that time; expires = 2027-06-30: not at all after that day

[indicators.credit_line]         # not seen yet: `estimative evidence` says what looking for it is worth
about = "strain"
supports = "high"
title = "Its bank cuts or calls in a line of credit"
"""


def new_prior_set(name: str, *, scenario: str, extends: str | None = None, folder: Path = HERE) -> Path:
    """Write NAME.toml: a prior set to fill in.

    Parameters
    ----------
    extends
        A prior set to start from; by default the scenario's baseline, where it has one.
    folder
        Where to; by default the current folder.

    Raises
    ------
    InvalidInput
        If the scenario or the prior set is not there, or the file is, or cannot be written.
    """
    subject = read_scenario(find_scenario(scenario))
    start = extends or ("baseline" if "baseline" in shipped_prior_sets().get(subject.id, {}) else None)
    parent = read_prior_set(find_prior_set(start, subject.id)) if start else None
    return _write(folder, name, "\n".join(_prior_set(name, subject, parent, start)) + "\n")


def new_scenario(name: str, *, folder: Path = HERE) -> Path:
    """Write NAME.toml into a folder, by default the current one: a small scenario with comments.

    Raises
    ------
    InvalidInput
        If the file is there already, or cannot be written.
    """
    return _write(folder, name, SCENARIO.format(name=toml_text.text(name)))


def new_project(name: str) -> tuple[Path, ...]:
    """Make the folder NAME with a scenario, a prior set in a folder of its own, and a project file; all three files.

    Raises
    ------
    InvalidInput
        If the folder is there already, or cannot be written.
    """
    folder = Path(name)
    if not NAME.fullmatch(name):
        raise invalid(f"{quote(name)} is not {A_NAME}", code="bad-name", file=ascii_safe(name), allowed=A_NAME)
    try:
        (folder / PRIOR_SETS).mkdir(parents=True)
    except OSError as error:
        message = "this folder exists already" if folder.exists() else f"cannot be made: {error.strerror}"
        raise invalid(message, code="cannot-write", file=name, allowed="a name that is free") from error
    scenario = new_scenario(name, folder=folder)
    priors = new_prior_set("mine", scenario=str(scenario), folder=folder / PRIOR_SETS)
    text = PROJECT.format(scenario=toml_text.text(scenario.name), priors=toml_text.text(PRIOR_SETS))
    return _created(folder / PROJECT_FILE, text), scenario, priors


def _prior_set(name: str, scenario: Scenario, parent: PriorSet | None, extends: str | None) -> Iterator[str]:
    numbers = INHERITED if parent else NOBODYS
    yield PRIOR_SET.replace("{numbers}", numbers).replace("{placeholder}", PLACEHOLDER)
    yield "[prior_set]"
    yield f"name = {toml_text.text(name)}"
    yield f"analyst = {toml_text.text(name)}          # who states these priors"
    yield f"scenario = {toml_text.text(scenario.id)}"
    if extends:
        yield f"extends = {toml_text.text(extends)}          # everything not stated here is taken from there"
    yield "# date = 2026-11-01          # of these priors; review_by = 2027-05-01: when to look at them again"
    yield '# rationale = "the view of the world behind these numbers, in a sentence or two"'
    if parent:
        yield "\n# Remove the # before what you see differently, change the numbers, and add your because."
    required = Quantities(scenario)
    entries: dict[str, list[Quantity]] = {}
    for quantity in sorted([*required.all.values(), *required.indicator_quantities.values()], key=_order):
        entries.setdefault(quantity.input, []).append(quantity)
    for section, members in groupby(entries, key=_section):
        yield f"\n[{toml_text.dotted(section.split('.'))}]"
        for entry in members:
            yield from _entry(entry, entries[entry], parent, scenario)
    if not parent:
        yield from _weights(scenario)
    yield "\n# low, moderate or high: about the evidence base, not about the probability"
    yield '# [confidence]\n# level = "low"'
    yield '# information_base = "what you know this from"'


def _section(entry: str) -> str:
    return entry.rpartition(".")[0]


def _order(quantity: Quantity) -> tuple[int, str]:
    section = _section(quantity.input)
    return SECTIONS.index(QuantityName.parse(section).section), section


def item_lines(items: Collection[str], scenario: Scenario) -> dict[str, list[str]]:
    """Return the lines that ask for what some items of evidence need, with comments, by section of a prior set."""
    lines: dict[str, list[str]] = {}
    asked: dict[str, list[Quantity]] = {}
    for quantity in Quantities(scenario).all.values():
        name = QuantityName.parse(quantity.input)
        if name.section in ("evidence", "motives") and name.subject in items:
            asked.setdefault(quantity.input, []).append(quantity)
    for entry, quantities in asked.items():
        lines.setdefault(_section(entry), []).extend(_entry(entry, quantities, None, scenario))
    weighted = [name for name in _weighted(scenario) if name in items]
    if weighted:
        lines["relevance"] = [_weight(name) for name in weighted]
    return lines


def _entry(name: str, quantities: Sequence[Quantity], parent: PriorSet | None, scenario: Scenario) -> Iterator[str]:
    first, key = quantities[0], toml_text.key(name.rpartition(".")[2])
    yield _comment(quantities)
    if inherited := parent and _inherited(name, parent, scenario):
        yield f"# {key} = {inherited}"
    elif first.states:
        yield f"{key} = {_with_reason(_shares(first.states))}"
    elif first.state and QuantityName.parse(name).section == "evidence":
        yield f"{key} = {_with_reason(', '.join(f'{toml_text.key(q.state)} = 1' for q in quantities))}"
    else:
        yield f"{key} = {_with_reason(_placeholder(first, scenario))}"


def _comment(quantities: Sequence[Quantity]) -> str:
    """What an entry is about, and how it is stated."""
    first = quantities[0]
    if len(quantities) > 1 and first.input.startswith("effects."):
        about, (ratio, _) = first.title.rpartition("=")[0], first.unit.split(", ")
        each = ", ".join(f"{quantity.unit.split(', ')[1]} {quantity.state}" for quantity in quantities)
        example = ", ".join(f"{toml_text.key(quantity.state)} = ..." for quantity in quantities)
        return f"# {about}: {each} ({ratio}; one for all of these, or one for each: {{ {example} }})"
    return f"# {ascii_safe(first.title.partition(': ')[0] if first.state else first.title)}" + _scale(first)


def _inherited(name: str, parent: PriorSet, scenario: Scenario) -> str:
    """The statement of the set that is extended, also where it is two chances of an item; empty where there is none."""
    if name in parent.statements:
        return toml(parent.statements[name].statement)
    chances = [parent.statements.get(f"{name}.{key}") for key in PAIR]
    if not all(chances):
        return ""
    labels = state_labels(scenario.evidence[QuantityName.parse(name).subject].about, scenario)
    pairs = zip(labels, chances, strict=True)
    return toml_text.inline((f"if_{label}", toml(stated.statement)) for label, stated in pairs if stated)


def _scale(quantity: Quantity) -> str:
    if quantity.states:
        return " (a share for each state; worth: how many cases they are worth)"
    each = " under each state" if quantity.input.startswith("evidence.") and quantity.state else ""
    return f" ({ascii_safe(quantity.unit)}{each})" if quantity.unit else ""


def _shares(states: Sequence[str]) -> str:
    equal = round(1 / len(states), 2)
    rest = round(1 - equal * (len(states) - 1), 2)
    parts = [f"{toml_text.key(state)} = {equal:g}" for state in states[:-1]]
    return ", ".join([*parts, f"{toml_text.key(states[-1])} = {rest:g}", "worth = 4"])


def _with_reason(statement: str) -> str:
    return f"{{ {statement}, because = {toml_text.text(PLACEHOLDER)} }}"


def _placeholder(quantity: Quantity, scenario: Scenario) -> str:
    """The keys of a statement in the scale of its quantity."""
    name = QuantityName.parse(quantity.name)
    if name.section == "events" and quantity.support is Support.RATIO:
        return RATE
    if name.section == "indicators":
        indicator = scenario.indicators[name.subject]
        if indicator_states(indicator.about, scenario):
            return UNLIKELY
        likelier = state_labels(indicator.about, scenario)[not indicator.supports]
        return LIKELY if name.key == f"if_{likelier}" else UNLIKELY
    match scenario.evidence.get(name.subject) if name.section == "evidence" else None:
        case Forecast():
            return FORECAST_ERROR
        case Measurement(at_low=low, at_high=high):
            ends = [toml_text.number(float(f"{share * abs(high - low):.2g}")) for share in (SMALL_ERROR, LARGE_ERROR)]
            return f"p05 = {ends[0]}, p95 = {ends[1]}"
    return PLACEHOLDERS[quantity.support]


def _weights(scenario: Scenario) -> Iterator[str]:
    weighted = _weighted(scenario)
    if weighted:
        yield "\n[relevance]   # how much a reference class counts, between 0 and 1"
        yield from map(_weight, weighted)


def _weighted(scenario: Scenario) -> list[str]:
    return [item.id for item in scenario.evidence.values() if item.kind in ("cases", "exposure")]


def _weight(name: str) -> str:
    return f"{toml_text.key(name)} = {_with_reason('value = 0.5')}"


def _write(folder: Path, name: str, text: str) -> Path:
    if not NAME.fullmatch(name):
        raise invalid(
            f"{quote(name)} is not {A_NAME}", code="bad-name", file=f"{ascii_safe(name)}.toml", allowed=A_NAME
        )
    return _created(folder / f"{name}.toml", text)


def _created(path: Path, text: str) -> Path:
    return create({path: text})[0]
