"""Read a prior set file, and the chain of files that it extends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import reduce
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from estimative.priors.catalog import Locate, locator, looks_like_path, names_near, shipped_prior_sets
from estimative.priors.errors import InvalidInput, Place, ascii_safe, nearest, quote
from estimative.priors.frozen import FrozenDict
from estimative.priors.prior_set import LEVELS, Confidence, PriorSet
from estimative.priors.statement_syntax import read_stated, toml
from estimative.priors.statements import Constant, Stated
from estimative.priors.toml_document import TomlFile
from estimative.priors.toml_table import JOINED, LITERAL, STATE, Table

PLAIN = ("factors", "events", "evidence", "motives")
"""Sections with one statement for each name."""
PAIRS = (("if_yes", "if_no"), ("if_high", "if_low"))
"""Keys of an item of evidence that is stated as two chances: about an event, and about a factor."""
NESTED = ("effects", "tables", "indicators")
"""Sections with a table of statements for each name."""
SHARES = ("relevance", "independence")
"""Sections with one number in [0, 1] for each name."""
REASONS = ("information_base", "rigour", "volatility")


class _Link(Struct, frozen=True, kw_only=True):
    """One file of a chain, read by itself."""

    path: Path
    table: Table
    """The file, with the issues in it."""
    own: PriorSet
    """What the file itself states; only to be used if the table has no issues."""
    extends: str
    """The value of `extends`, or nothing."""


class PriorSetReading(Struct, frozen=True, kw_only=True):
    """A prior set with the texts of the files that it was read from."""

    prior_set: PriorSet
    texts: Mapping[str, str]
    """Every file of the chain, the set's own first; by the name under which a run saves it, below `priors/`."""


def read_prior_set(path: Path, *, locate: Locate | None = None) -> PriorSet:
    """Read a prior set, with what it inherits from the sets that it extends.

    Parameters
    ----------
    locate
        Finds the file that `extends` names; by default `catalog.locator` of the file's scenario.

    Raises
    ------
    InvalidInput
        With every error of every file of the chain, those of the extending file first.
    """
    return prior_set_reading(path, locate=locate).prior_set


def prior_set_reading(path: Path, *, locate: Locate | None = None) -> PriorSetReading:
    """Read a prior set as `read_prior_set` does, and return the texts as well."""
    links, unreadable = _chain(path, locate)
    issues = [issue for link in links for issue in sorted(link.table.issues, key=lambda issue: issue.place.line or 0)]
    if unreadable:
        issues += unreadable.issues
    prior_set = reduce(_extended, (link.own for link in reversed(links))) if links else None
    if prior_set is None or issues:
        # Without the set that it extends, everything that a set inherits would seem to be missing.
        broken = unreadable is not None or not links or bool(links[-1].extends)
        raise InvalidInput(issues, partial=None if broken else prior_set)
    return PriorSetReading(prior_set=prior_set, texts=FrozenDict(_texts(links)))


def _chain(path: Path, locate: Locate | None) -> tuple[list[_Link], InvalidInput | None]:
    """Return a file and those it extends, nearest first, and the error of a file that ends the chain early."""
    links: list[_Link] = []
    following: Path | None = path
    while following is not None:
        try:
            link = _read_link(following)
        except InvalidInput as unreadable:
            return links, unreadable
        if links:
            _check_scenario(links[-1], link)
        links.append(link)
        following = _parent(links, locate)
    return links, None


def _parent(links: list[_Link], locate: Locate | None) -> Path | None:
    """Return the file that the last link extends; None if the chain ends here, by an error or not."""
    last = links[-1]
    if not last.extends:
        return None
    head, scenario = last.table.table("prior_set"), last.own.scenario
    parent = (locate or locator(scenario))(last.extends, last.path.parent)
    if parent and parent.resolve() == last.path.resolve():  # a set may have the name of the shipped one it extends
        parent = shipped_prior_sets().get(scenario, {}).get(last.extends, parent)
    if parent is None:
        _add_orphan(last, head)
        return None
    if parent.resolve() in (link.path.resolve() for link in links):
        cycle = ascii_safe(" -> ".join([*(link.path.name for link in links), parent.name]))
        message = f"these prior sets extend each other: {cycle}"
        head.error("extends", code="extends-cycle", message=message, value=last.extends)
        return None
    return parent


def _add_orphan(link: _Link, head: Table) -> None:
    """Add the error of a file that extends something that does not exist."""
    if link.own.scenario not in shipped_prior_sets() and nearest(link.own.scenario, shipped_prior_sets()):
        head.check_known("scenario", link.own.scenario, shipped_prior_sets(), "a scenario")
    elif looks_like_path(link.extends):
        allowed = "a path from the folder of this file"
        message = f"there is no file {quote(link.extends)}"
        head.error("extends", code="no-such-file", message=message, value=link.extends, allowed=allowed)
    else:
        near = [name for name in names_near(link.path.parent, link.own.scenario) if name != link.path.stem]
        what = "a prior set in the folder of this file, nor a shipped one for its scenario"
        head.check_known("extends", link.extends, near, what)


def _check_scenario(child: _Link, parent: _Link) -> None:
    ours, theirs = child.own.scenario, parent.own.scenario
    if ours and theirs and ours != theirs:
        message = f"{quote(child.extends)} is a prior set for {quote(theirs)}, this one is for {quote(ours)}"
        head = child.table.table("prior_set")
        head.error("extends", code="scenario-mismatch", message=message, value=child.extends)


def _extended(parent: PriorSet, child: PriorSet) -> PriorSet:
    """Return what a child states, and what its parent states where the child does not."""
    # Every mapping is merged entry by entry; the confidence is one judgement, and replaced as a whole.
    inherited = {
        name: stated
        for name, stated in _inherited(parent, parent.statements).items()
        # An item may be stated as a ratio or as two chances: one way replaces the other.
        if not _is_replaced(name, child.statements)
    }
    return replace(
        child,
        scenario_digest=child.scenario_digest or parent.scenario_digest,
        lineage=(parent.name, *parent.lineage),
        statements=FrozenDict({**inherited, **child.statements}),
        relevance=FrozenDict({**parent.relevance, **child.relevance}),
        independence=FrozenDict({**parent.independence, **child.independence}),
        shares=FrozenDict({**_inherited(parent, parent.shares), **child.shares}),
        confidence=child.confidence or _inherited_confidence(parent),
        places=FrozenDict({**_heritable(parent), **child.places}),
    )


def _inherited_confidence(parent: PriorSet) -> Confidence | None:
    declared = parent.confidence
    return declared and replace(declared, taken_from=declared.taken_from or parent.name)


def _is_replaced(name: str, stated: Mapping[str, Stated]) -> bool:
    """Whether an item of evidence is stated in the other way."""
    if not name.startswith("evidence."):
        return False
    item = name.removesuffix(".if_yes").removesuffix(".if_no")
    return any(other in stated for other in (item, f"{item}.if_yes", f"{item}.if_no"))


def _inherited(parent: PriorSet, stated: Mapping[str, Stated]) -> dict[str, Stated]:
    """Return statements with the name of the set that they are taken from."""
    return {name: replace(one, taken_from=one.taken_from or parent.name) for name, one in stated.items()}


def _texts(links: Iterable[_Link]) -> dict[str, str]:
    texts: dict[str, str] = {}
    for link in links:
        folder = "priors"
        while (name := f"{folder}/{link.path.name}") in texts:  # two files of a chain may have the same name
            folder += "/extended"
        texts[name] = link.table.file.text
    return texts


def _heritable(parent: PriorSet) -> dict[str, Place]:
    """Return the places of what a child inherits; of the head that is the scenario's digest alone."""
    digest = "prior_set.scenario_digest"
    return {key: place for key, place in parent.places.items() if not key.startswith("prior_set.") or key == digest}


def own_prior_set(text: str, *, file: str) -> PriorSet:
    """Read what the text of a prior set file states by itself, without the sets that it extends.

    Parameters
    ----------
    file
        The name of the file, for errors.

    Raises
    ------
    InvalidInput
        With every error of the text.
    """
    link = _link_of(Path(file), TomlFile.parse(text, file=file))
    link.table.raise_issues()
    return link.own


def _read_link(path: Path) -> _Link:
    return _link_of(path, TomlFile.read(path))


def _link_of(path: Path, file: TomlFile) -> _Link:
    table = Table.of(file)
    if "prior_set" not in table:
        message = "this is a scenario, not a prior set" if "scenario" in table else "the table [prior_set] is missing"
        allowed = "a table [prior_set] with name, analyst and scenario"
        table.error(code="missing-table", message=message, allowed=allowed)
    head = table.table("prior_set")
    table.raise_issues()  # in a file of another kind every key would be an error
    own, extends = _read_own(table, head), head.text("extends", default="")
    head.no_more()
    table.no_more()
    return _Link(path=path, table=table, own=own, extends=extends)


def _read_own(table: Table, head: Table) -> PriorSet:
    """Return what one file states by itself."""
    statements, shares = dict(_statements(table)), dict(_shares(table))
    return PriorSet(
        name=_name(head, "name"),
        analyst=head.text("analyst"),
        scenario=_name(head, "scenario"),
        scenario_digest=head.text("scenario_digest", default="") or None,
        date=head.date("date", required=False),
        review_by=head.date("review_by", required=False),
        rationale=head.text("rationale", default=""),
        lineage=(),
        statements=FrozenDict(statements),
        relevance=_numbers("relevance", shares),
        independence=_numbers("independence", shares),
        shares=FrozenDict(shares),
        confidence=_confidence(table.table("confidence")) if "confidence" in table else None,
        places=FrozenDict(_places(table)),
        file=table.file.name,
    )


def _statements(table: Table) -> Iterator[tuple[str, Stated]]:
    for section in PLAIN:
        within = table.table(section)
        pairs = [name for name in within.names() if section == "evidence" and is_pair(within.value(name))]
        yield from _read_all(within, [name for name in within.names() if name not in pairs])
        for name in pairs:
            yield from read_pair(within, name)
    for section in ("effects", "indicators"):
        for _, within in table.table(section).named_tables():
            yield from _read_all(within, within.names(LITERAL if section == "effects" else STATE))
    for _, within in table.table("tables").named_tables():
        yield from _read_all(within, _combinations(within))


def _read_all(within: Table, names: Iterable[str]) -> Iterator[tuple[str, Stated]]:
    for name in names:
        if stated := read_stated(within, name):
            yield within.place(name).key, stated


def is_remark(name: str) -> bool:
    """Whether a name is of a section of a prior set that states no number: its head, or the analyst's confidence."""
    return name.partition(".")[0] in ("prior_set", "confidence")


def is_pair(value: object) -> bool:
    """Whether an item of evidence is stated as two chances."""
    return isinstance(value, dict) and any(key in value for keys in PAIRS for key in keys)


def read_pair(within: Table, name: str) -> Iterator[tuple[str, Stated]]:
    """Read the chances of an item in either state: `{ if_yes = ..., if_no = ... }`, of a factor `if_high`, `if_low`."""
    inline = within.table(name)
    because, source = (inline.text(remark, default="") for remark in ("because", "source"))
    keys = next(keys for keys in PAIRS if any(key in inline.data for key in keys))
    for key, written in zip(PAIRS[0], keys, strict=True):
        if written not in inline.data:
            message = f"{quote(written)} is missing: the chance of this item in the other state"
            inline.error(code="missing-key", message=message, allowed=" and ".join(keys))
        elif stated := read_stated(inline, written):
            remarked = replace(stated, because=stated.because or because, source=stated.source or source)
            yield f"{within.place(name).key}.{key}", remarked
    inline.no_more()


def _combinations(within: Table) -> Iterator[str]:
    """Yield the keys of a table of probabilities: names of parents joined by +, or none."""
    for key in within.data:
        if not all(LITERAL.fullmatch(part) for part in JOINED.split(key)):
            allowed = "the names of the parents that happened, joined by +, or none"
            within.mismatch(key, value=key, allowed=allowed, code="bad-name")
        yield key


def _shares(table: Table) -> Iterator[tuple[str, Stated]]:
    for section in SHARES:
        within = table.table(section)
        for quantity, stated in _read_all(within, within.names()):
            if not (isinstance(stated.statement, Constant) and 0 <= stated.statement.value <= 1):
                name = quantity.removeprefix(f"{section}.")
                value, allowed = toml(stated.statement), "a number between 0 and 1"
                within.error(name, code="out-of-range", message=f"{value} is not {allowed}", allowed=allowed)
            yield quantity, stated


def _numbers(section: str, shares: Mapping[str, Stated]) -> Mapping[str, float]:
    prefix = f"{section}."
    return FrozenDict(
        {
            quantity.removeprefix(prefix): stated.statement.value
            for quantity, stated in shares.items()
            if quantity.startswith(prefix) and isinstance(stated.statement, Constant)
        }
    )


def _places(table: Table) -> Iterator[tuple[str, Place]]:
    """Yield the place of every entry, by its dotted path."""
    for section in ("prior_set", *PLAIN, *SHARES, "confidence"):
        yield from _entries(table.table(section))
    for section in NESTED:
        for _, within in table.table(section).named_tables():
            yield from _entries(within)


def _entries(within: Table) -> Iterator[tuple[str, Place]]:
    return ((within.place(key).key, within.place(key)) for key in within.data)


def _confidence(within: Table) -> Confidence:
    level = within.choice("level", LEVELS)
    information_base, rigour, volatility = (within.text(reason, default="") for reason in REASONS)
    within.no_more()
    return Confidence(level=level, information_base=information_base, rigour=rigour, volatility=volatility)


def _name(head: Table, key: str) -> str:
    head.check_name(key, name := head.text(key))
    return name
