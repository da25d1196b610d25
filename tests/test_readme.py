"""The README and the documents, held against the program: what they show is what a reader will see."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.command import Desk, Told

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
UNSTABLE = re.compile(
    r"\b\d{8}T\d{9}Z-[0-9a-f]{6}\b|\b(?:[a-z]+) \d+\.\d+(?:\.\d+)+\b"
    r"|at most \d+\.\d joint standard errors apart \(at \w+\)"
)
"""Ids of runs, versions of packages, and how far apart two methods happen to be."""
LAST_DIGITS = 3
"""Another processor rounds otherwise, and a chain that rounds otherwise is another chain: so many units of the last
digit shown, which is at least one standard error."""


def blocks(language: str) -> list[str]:
    """The fenced blocks of a language."""
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """An empty store of runs."""
    return Desk.at(tmp_path)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk for all sessions."""
    return Desk.at(tmp_path_factory.mktemp("sessions"))


@pytest.fixture(scope="module")
def answers() -> dict[str, Told]:
    """What each command printed: two documents may show the same session."""
    return {}


def tokens(text: str) -> list[str]:
    """Words and numbers, however the lines are broken."""
    return UNSTABLE.sub("-", " ".join(text.split())).split()


def close(shown: str, told: str) -> bool:
    """Whether two tokens are the same but for the last digits of their numbers."""
    if NUMBER.sub("#", shown) != NUMBER.sub("#", told):
        return False
    pairs = zip(NUMBER.findall(shown), NUMBER.findall(told), strict=True)
    return all(abs(value(a) - value(b)) <= LAST_DIGITS * max(unit(a), unit(b)) for a, b in pairs)


def value(number: str) -> float:
    return float(number.replace(",", ""))


def unit(number: str) -> float:
    """What one in the last digit counts; of a count of draws, a tenth of it."""
    _, point, decimals = number.partition(".")
    whole = 1.0 if len(number) < 4 else 0.1 * value(number)
    return 10.0 ** -len(decimals) if point else whole


@dataclass(frozen=True, kw_only=True)
class Session:
    """A command and what a document shows of its output."""

    document: str
    command: str
    passages: tuple[str, ...]
    """Parted by lines of dots in brackets, which stand for what is left out."""


def sessions() -> list[Session]:
    """Every session of every document."""
    found = []
    for path in DOCUMENTS:
        text = path.read_text(encoding="utf-8")
        for command, block in re.findall(r"<!-- session: (.*?) -->\n```console\n(.*?)```", text, flags=re.DOTALL):
            shown, _, output = block.partition("\n")
            assert shown == f"$ {command}"
            passages = tuple(part for part in output.split("[...]") if part.strip())
            found.append(Session(document=path.name, command=command, passages=passages))
    return found


def starts(passage: list[str], told: list[str], after: int) -> int | None:
    """Where a passage stands in what was told, as nearly as numbers allow; None if nowhere."""
    places = range(after, len(told) - len(passage) + 1)
    return next((at for at in places if all(map(close, passage, told[at : at + len(passage)]))), None)


def marked(session: Session) -> object:
    """What takes half a minute is left to the long run."""
    long = session.command == "estimative compare --attribute"
    marks = (pytest.mark.calibration,) if long else (pytest.mark.slow,)
    return pytest.param(session, id=f"{session.document}: {session.command}", marks=marks)


@pytest.mark.parametrize("session", [*map(marked, sessions())])
def test_a_session_is_real(answers: dict[str, Told], shared: Desk, session: Session) -> None:
    """Sessions in the documents are what the command prints, but for last digits, ids and versions."""
    if session.command not in answers:
        answers[session.command] = shared.run(*session.command.split()[1:])
    told = answers[session.command]
    assert told.code == 0, told.err
    at, printed = 0, tokens(told.out)
    for passage in map(tokens, session.passages):
        start = starts(passage, printed, at)
        assert start is not None, " ".join(passage)
        at = start + len(passage)
    assert session.passages
    assert "[...]" not in "".join(session.passages)


def test_a_session_that_is_not_real_is_found() -> None:
    """A number that is off by more than last digits, or a word that is missing, is noticed."""
    told = tokens("rutte 6.1 ± 0.05 % 1.6 to 14 % very unlikely")
    assert starts(tokens("6.2 ± 0.05 % 1.6 to 14 %"), told, 0) == 1
    assert starts(tokens("6.9 ± 0.05 % 1.6 to 14 %"), told, 0) is None
    assert starts(tokens("± 0.05 % to 14 %"), told, 0) is None
    assert starts(tokens("6.1 ±"), told, 2) is None


def test_the_example_of_a_prior_set_is_good(desk: Desk) -> None:
    """The prior set in the README can be copied as it stands."""
    example = next(block for block in blocks("toml") if "[prior_set]" in block)
    desk.write("mine.toml", example)
    told = desk.run("check", "mine.toml")
    assert (told.code, told.err) == (0, "")


def test_what_it_says_of_beginning_is_so(desk: Desk) -> None:
    """A new prior set, and a new scenario with a prior set of its own, pass the check as they are written."""
    assert desk.run("new", "priors", "mine").code == 0
    assert desk.run("new", "scenario", "supplier").code == 0
    assert desk.run("new", "priors", "ours", "--scenario", "supplier.toml").code == 0
    told = desk.run("check", "mine.toml", "supplier.toml", "ours.toml")
    assert (told.code, told.err) == (0, "")
    assert desk.run("new", "priors", "mine").code == 2


def test_every_command_in_it_exists(desk: Desk) -> None:
    """Every command and option that the README names is known to the program."""
    lines = [line[2:].partition("#")[0] for block in blocks("console") for line in block.splitlines()]
    commands = {tuple(line.split()) for line in lines if line.startswith("estimative ")}
    assert len(commands) > 5
    for _, *words in sorted(commands):
        path = words[:2] if words[0] in {"new"} else words[:1]
        told = desk.run(*path, "--help")
        assert told.code == 0, words
        for word in words:
            assert not word.startswith("--") or word in told.out, words


def test_its_links_lead_somewhere() -> None:
    """Every file that a document links to is there."""
    links = [
        (path.parent, link)
        for path in DOCUMENTS
        for link in re.findall(r"\]\(([^)#:]+)\)", path.read_text(encoding="utf-8"))
    ]
    assert links
    assert [link for folder, link in links if not (folder / link).exists()] == []
