"""Whether a document shows what a command printed: the same words, and the same numbers but for last digits."""

from __future__ import annotations

import re

CUT = "[...]"
"""Stands for what a document leaves out."""
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
UNSTABLE = re.compile(r"\b\d{8}T\d{9}Z-[0-9a-f]{6}\b|\b[0-9a-f]{64}\b|\b[a-z]+ \d+\.\d+(?:\.\d+)+\b|\S*/runs\b")
"""Ids of runs, digests of log lines, versions of packages, and the folder of saved runs."""
LAST_DIGITS, LAST_DECIMALS = 3, 7
"""Units of the last digit shown by which a number may differ, without and with decimals. On another processor a fit may
take other draws, and a last decimal is between a tenth of a standard error and one."""


def tokens(text: str) -> list[str]:
    """Words and numbers, however the lines are broken."""
    return UNSTABLE.sub("-", " ".join(text.split())).split()


def close(expected: str, printed: str) -> bool:
    """Whether two tokens are equal except for the last digits of their numbers."""
    if NUMBER.sub("#", expected) != NUMBER.sub("#", printed):
        return False
    pairs = zip(NUMBER.findall(expected), NUMBER.findall(printed), strict=True)
    return all(abs(value(a) - value(b)) <= most(a, b) * max(unit(a), unit(b)) for a, b in pairs)


def most(*numbers: str) -> int:
    """How many units of their last digit two numbers may be apart."""
    return LAST_DECIMALS if all("." in number for number in numbers) else LAST_DIGITS


def value(number: str) -> float:
    return float(number.replace(",", ""))


def unit(number: str) -> float:
    """What the last digit counts; of a count of draws, a tenth of the number."""
    _, point, decimals = number.partition(".")
    return 10.0 ** -len(decimals) if point else 1.0 if len(number) < 4 else 0.1 * value(number)


def position(passage: list[str], printed: list[str], after: int) -> int | None:
    """Where a passage begins in the output, as nearly as numbers allow; None if nowhere."""
    places = range(after, len(printed) - len(passage) + 1)
    return next((at for at in places if all(map(close, passage, printed[at : at + len(passage)]))), None)


def missing_passage(expected: str, printed: str) -> str:
    """The first passage that the output does not have, or nothing."""
    at, output = 0, tokens(printed)
    for passage in map(tokens, filter(str.strip, expected.split(CUT))):
        if (start := position(passage, output, at)) is None:
            return " ".join(passage)
        at = start + len(passage)
    return ""


def same(first: str, second: str) -> bool:
    """Whether two outputs are equal as far as a reader can expect: as many digits, the same but for the last ones."""
    left, right = tokens(first), tokens(second)
    places = [list(map(unit, NUMBER.findall(text))) for text in (first, second)]
    return len(left) == len(right) and all(map(close, left, right)) and places[0] == places[1]
