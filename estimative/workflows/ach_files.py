"""A scenario and a prior set from a matrix of competing hypotheses, with comments that say what each rating means."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from msgspec import Struct

from estimative.model.spec.ach_matrix import AchMatrix, RatedItem, Rating, read_matrix
from estimative.model.spec.events import OTHERWISE
from estimative.priors import toml_writer as toml_text
from estimative.priors.errors import ascii_safe, invalid, quote
from estimative.priors.ratio_scale import ACH
from estimative.priors.spreadsheet import read_spreadsheet
from estimative.priors.statement_syntax import is_key
from estimative.priors.toml_table import A_NAME, NAME
from estimative.workflows.clock import today
from estimative.workflows.new_files import create

EVENT, PRIORS = "hypothesis", "-priors"
"""The name of the event, and what the name of the prior set has after that of the scenario."""
NO_SOURCE = "matrix"
"""The source of items that name none."""
LONGEST_NAME = 28
LONGEST_COMMENT = 200
LABEL = re.compile(r"(H ?[0-9]{1,2})\b", re.IGNORECASE)
"""A label before the title of a hypothesis."""
HORIZON = datetime.timedelta(days=365)
UNDECIDED = "Equal for want of anything else: nobody has stated a prior"
ONE_ORIGIN = "Items of one source are taken to repeat each other"
SCENARIO = """\
# Competing hypotheses, from the matrix {file}: {counts}.
# Exactly one hypothesis is taken to be true: if it may be something else, add that as a hypothesis.
# Change titles, question and dates as you like.

[scenario]
id = {id}
title = {title}
question = {question}
as_of = {as_of}
until = {until}              # of no effect, since the hypothesis is settled already, though unknown
headline = {headline}        # the hypothesis that a report leads with
"""
PRIOR_SET = """\
# What the matrix {file} says, in numbers. It is nobody's judgement yet: check each line, and change what you see
# differently. Each rating is how probable the item is under a hypothesis, relative to an item that says nothing of it:
#
{scale}
#   not applicable, not rated    1, fixed: it says nothing about the hypothesis
#
# Of a word, 90% is between the two numbers. You can state a number instead, or quantiles: {{ p05 = 0.1, p95 = 0.4 }}.

[prior_set]
name = {name}
analyst = {analyst}
scenario = {scenario}
rationale = "Ratings of a matrix, and the same share for each hypothesis before the evidence. Nobody has reviewed them."

[events]
# No former case is counted for any hypothesis, so that all are equally probable. Your own shares instead, worth so many
# cases: {example}
{event} = {shares}

[evidence]
"""


class AchFiles(Struct, frozen=True, kw_only=True):
    """The files made from a matrix."""

    scenario: Path
    priors: Path
    notes: tuple[str, ...]
    """How the matrix was read, where that is not evident: a sentence each."""


def new_ach(name: str, matrix: Path, *, folder: Path) -> AchFiles:
    """Write NAME.toml, a scenario, and NAME-priors.toml, a prior set, from a matrix in CSV or Excel.

    Raises
    ------
    InvalidInput
        With everything that is wrong with the matrix; if one of the files is there already or cannot be written.
    """
    for each in (name, f"{name}{PRIORS}"):
        if not NAME.fullmatch(each):
            message = f"{quote(each)} is not {A_NAME}"
            raise invalid(message, code="bad-name", file=f"{ascii_safe(each)}.toml", allowed=A_NAME)
    day = today()
    converted = _Conversion(name=name, file=matrix.name, matrix=read_matrix(read_spreadsheet(matrix), today=day))
    scenario, priors = folder / f"{name}.toml", folder / f"{name}{PRIORS}.toml"
    create({scenario: converted.scenario(day), priors: converted.prior_set()})
    return AchFiles(scenario=scenario, priors=priors, notes=(*converted.matrix.notes, *converted.notes()))


def _lines(parts: Iterator[str]) -> str:
    return "\n".join(parts) + "\n"


class _Conversion(Struct, frozen=True, dict=True):
    """A matrix with a name for everything in it."""

    name: str
    file: str
    """The name of the matrix's file."""
    matrix: AchMatrix

    @cached_property
    def states(self) -> tuple[str, ...]:
        """A name for each hypothesis."""
        labels = [LABEL.match(title) for title in self.matrix.hypotheses]
        texts = [label[1] if label else title for label, title in zip(labels, self.matrix.hypotheses, strict=True)]
        return tuple(names(texts, "h", taken={EVENT, OTHERWISE}))

    @cached_property
    def sources(self) -> Mapping[str, str]:
        """A name for each source, by its title."""
        titles = list(dict.fromkeys(item.source for item in self.matrix.items))
        stems = [title or NO_SOURCE for title in titles]
        return dict(zip(titles, names(stems, "source", taken=set()), strict=True))

    @cached_property
    def origins(self) -> Mapping[str, str]:
        """A name for each origin, by its text: what items share is an origin of their own, or their source."""
        texts = list(dict.fromkeys(filter(None, map(_origin, self.matrix.items))))
        return dict(zip(texts, names(texts, "origin", taken=set()), strict=True))

    @cached_property
    def items(self) -> tuple[str, ...]:
        """A name for each item."""
        titles = [item.title for item in self.matrix.items]
        return tuple(names(titles, "item", taken={EVENT, *self.states, *self.origins.values()}))

    def scenario(self, day: datetime.date) -> str:
        counts = f"{len(self.states)} hypotheses, {len(self.items)} items of evidence"
        head = SCENARIO.format(
            file=_comment(self.file),
            counts=counts,
            id=toml_text.text(self.name),
            title=toml_text.text(f"Competing hypotheses: {self.name}"),
            question=toml_text.text(_question(self.matrix.hypotheses)),
            as_of=day.isoformat(),
            until=(day + HORIZON).isoformat(),
            headline=toml_text.text(self.states[0]),
        )
        return head + _lines(self._parts())

    def _parts(self) -> Iterator[str]:
        for title, source in self.sources.items():
            yield f"\n[[scenario.sources]]\nid = {toml_text.text(source)}"
            yield f"title = {toml_text.text(title or f'The matrix {self.file}')}"
        pairs = list(zip(self.states, self.matrix.hypotheses, strict=True))
        yield f'\n[events.{EVENT}]\ntitle = "Hypothesis"\nwhen = "now"'
        yield f"states = [{', '.join(toml_text.text(state) for state in self.states)}]"
        yield f"\n[events.{EVENT}.titles]"
        yield from (f"{toml_text.key(state)} = {toml_text.text(title)}" for state, title in pairs)
        for state, title in pairs:
            yield f"\n[outcomes.{toml_text.key(state)}]\ntitle = {toml_text.text(title)}"
            yield f"all = [{toml_text.text(f'{EVENT}={state}')}]"
        for name, item in zip(self.items, self.matrix.items, strict=True):
            yield from self._item(name, item)

    def _item(self, name: str, item: RatedItem) -> Iterator[str]:
        yield f'\n[evidence.{toml_text.key(name)}]\nkind = "indicator"\nabout = "{EVENT}"'
        yield f"title = {toml_text.text(item.title)}"
        yield f"source = {toml_text.text(self.sources[item.source])}"
        yield f"locator = {toml_text.text(item.locator or f'row {item.row}')}"
        if item.date:
            yield f"date = {item.date.isoformat()}"
        if origin := _origin(item):
            yield f"origin = {toml_text.text(self.origins[origin])}"
        if item.grade:
            yield f"grade = {toml_text.text(item.grade)}"
        yield from (f"# {_comment(title)}: {_comment(text)}" for title, text in item.remarks)

    def prior_set(self) -> str:
        counts = ", ".join(f"{toml_text.key(state)} = 0" for state in self.states)
        head = PRIOR_SET.format(
            file=_comment(self.file),
            scale="\n".join(_scale()),
            name=toml_text.text(f"{self.name}{PRIORS}"),
            analyst=toml_text.text(f"The matrix {self.file}"),
            scenario=toml_text.text(self.name),
            example=_comment(_example(self.states)),
            event=EVENT,
            shares=f"{{ counts = {{ {counts} }}, because = {toml_text.text(UNDECIDED)} }}",
        )
        return head + _lines(self._statements())

    def notes(self) -> Iterator[str]:
        """Yield what a reader should know about how the matrix was taken."""
        if shared := sum(self.repeated.values()):
            yield (
                f"{shared:,} items share their source with others: the items of one source count together as one. "
                "Change that under [independence] if they do not repeat each other."
            )

    @cached_property
    def repeated(self) -> Mapping[str, int]:
        """How many items have each origin that several share, by its name."""
        counted = Counter(filter(None, map(_origin, self.matrix.items)))
        return {self.origins[origin]: count for origin, count in counted.items() if count > 1}

    def _statements(self) -> Iterator[str]:
        for name, item in zip(self.items, self.matrix.items, strict=True):
            yield f"# {_comment(item.title)}"
            yield f"{toml_text.key(name)} = {self._likelihoods(item)}"
        if self.repeated:
            yield "\n# Items of one source: 0 if together they count as one, 1 if each counts in full, or in between."
            yield "[independence]"
        for origin in self.repeated:
            yield f"{toml_text.key(origin)} = {{ value = 0, because = {toml_text.text(ONE_ORIGIN)} }}"

    def _likelihoods(self, item: RatedItem) -> str:
        parts = [
            f"{toml_text.key(state)} = {_likelihood(rating)}"
            for state, rating in zip(self.states, item.ratings, strict=True)
        ]
        codes = ", ".join(rating.written or "not rated" for rating in item.ratings)
        because = toml_text.text(f"Row {item.row} of {self.file}: {codes}")
        return f"{{ {', '.join(parts)}, because = {because} }}"


def names(texts: Sequence[str], stem: str, *, taken: Collection[str]) -> Iterator[str]:
    """Yield a different name for each text: its first words, or a number where it has no Latin letters."""
    used = set(taken)
    for index, text in enumerate(texts, start=1):
        base = _slug(text) or f"{stem}{index}"
        if is_key(base):
            base = f"{stem}_{base}"
        name, more = base, 2
        while name in used:
            name, more = f"{base}_{more}", more + 1
        used.add(name)
        yield name


def _slug(text: str) -> str:
    """The first words of a text in Latin letters without accents, joined by _."""
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", letters[: 20 * LONGEST_NAME])
    slug = ""
    for word in words:
        longer = f"{slug}_{word}".strip("_")
        if len(longer) > LONGEST_NAME:
            return slug or longer[:LONGEST_NAME]
        slug = longer
    return slug


def _origin(item: RatedItem) -> str:
    return item.origin or item.source


def _likelihood(rating: Rating) -> str:
    return toml_text.text(rating.word) if rating.word else "1"


def _question(hypotheses: Sequence[str]) -> str:
    titles = [title.rstrip(".?!") for title in hypotheses]
    return f"Which of these hypotheses is true? {'; '.join(titles)}."


def _scale() -> Iterator[str]:
    for band in ACH.bands:
        word, *codes = band.words
        yield f"#   {f'{word} ({codes[0].upper()})':<28} {band.low:g} to {band.high:g}"


def _example(states: Sequence[str]) -> str:
    share = round(0.5 / (len(states) - 1), 2)
    first = round(1 - share * (len(states) - 1), 2)
    parts = [f"{state} = {first if state == states[0] else share:g}" for state in states]
    return f"{{ {', '.join(parts)}, worth = 10 }}"


def _comment(text: str) -> str:
    """A text in a comment: on one line, short, and without anything that could steer a terminal."""
    line = ascii_safe(" ".join(text.split()))
    return line if len(line) <= LONGEST_COMMENT else f"{line[: LONGEST_COMMENT - 3]}..."
