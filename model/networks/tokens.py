"""The words of a text file with their lines, for formats that are made of words, numbers and brackets."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from msgspec import Struct

from estimative.priors.errors import InvalidInput, invalid, quote

CUT_OFF = "The file may be cut off."
"""What an error suggests where a file ends too early."""
QUOTED = r'"(?:[^"\\]|\\.)*"'


class Token(Struct, frozen=True):
    """A word, a text in quotation marks or a sign."""

    text: str
    """Without quotation marks."""
    line: int
    quoted: bool = False


class Tokens:
    """What is left of a file, read from the front.

    Parameters
    ----------
    comments
        A pattern of what is skipped, like white space.
    signs
        Characters that are words of their own.
    """

    def __init__(self, text: str, *, file: str, comments: str, signs: str = "") -> None:
        self.file = file
        sign = f"[{re.escape(signs)}]" if signs else r"(?!)"
        self._pattern = re.compile(rf"\s+|(?:{comments})|({QUOTED})|({sign})|((?:(?!{sign})[^\s\"])+)|(\")", re.DOTALL)
        self._tokens = list(self._split(text))
        self._at = 0
        self._lines = text.count("\n") + 1

    def _split(self, text: str) -> Iterator[Token]:
        line = 1
        for match in self._pattern.finditer(text):
            quoted, sign, word, open_quote = match.groups()
            if open_quote:
                message = "a text in quotation marks has no end"
                raise invalid(message, code="bad-syntax", file=self.file, line=line)
            if quoted is not None:
                yield Token(re.sub(r"\\(.)", r"\1", quoted[1:-1], flags=re.DOTALL), line, quoted=True)
            elif sign or word:
                yield Token(sign or word, line)
            line += match[0].count("\n")

    def __bool__(self) -> bool:
        return self._at < len(self._tokens)

    @property
    def line(self) -> int:
        """The line of the next word, or the last one of the file."""
        return self._tokens[self._at].line if self else self._lines

    def peek(self) -> str:
        """The next word, which stays; nothing at the end of the file."""
        return self._tokens[self._at].text if self else ""

    def next(self, within: str) -> Token:
        """Take the next word.

        Parameters
        ----------
        within
            What it is part of, for the error of a file that is cut off.
        """
        if not self:
            raise self.error(f"the file ends in the middle of {within}", suggestion=CUT_OFF)
        self._at += 1
        return self._tokens[self._at - 1]

    def expect(self, text: str, within: str) -> None:
        """Take the next word, which has to be this one."""
        line, token = self.line, self.next(within)
        if token.text != text or token.quoted:
            raise self.error(f"{quote(token.text)} in {within} is not expected here", line=line, allowed=text)

    def take(self, text: str) -> bool:
        """Take the next word if it is this one."""
        found = bool(self) and self._tokens[self._at] == Token(text, self.line)
        self._at += found
        return found

    def until(self, ends: Collection[str], within: str, *, skip: Collection[str] = ()) -> list[Token]:
        """Take the words before one of some signs, and the sign; without those that are skipped."""
        found: list[Token] = []
        while (token := self.next(within)).text not in ends or token.quoted:
            if token.quoted or token.text not in skip:
                found.append(token)
        return found

    def unexpected(self, token: Token, allowed: str) -> InvalidInput:
        """The error of a word with which no block begins; of the last word of a file, that it is cut off."""
        if not self:
            return self.error("the file ends in the middle of a word", line=token.line, suggestion=CUT_OFF)
        return self.error(f"{quote(token.text)} begins no block", line=token.line, allowed=allowed)

    def number(self, token: Token, within: str) -> float:
        """A word as a number."""
        try:
            return float(token.text)
        except ValueError:
            message = f"{quote(token.text)} in {within} is not a number"
            raise self.error(message, line=token.line) from None

    def error(self, message: str, *, line: int | None = None, allowed: str = "", suggestion: str = "") -> InvalidInput:
        """The error of a file that is not what its format says."""
        return invalid(
            message,
            code="bad-syntax",
            file=self.file,
            line=self.line if line is None else line,
            allowed=allowed,
            suggestion=suggestion,
        )
