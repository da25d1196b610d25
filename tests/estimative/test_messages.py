"""What messages say: what is wrong, in a sentence, once, and no false trail."""

from __future__ import annotations

import pytest

from tests.command import Desk

FERRY = ("--scenario", "watch.toml", "--priors", "watchman.toml", "--method", "importance")


def test_a_format_against_the_ending_is_said_in_a_sentence(desk: Desk) -> None:
    """With the format of each; and an ending that no format has."""
    done = desk.run("fit", *FERRY, "--format", "html", "--output", "x.pdf")
    assert done.err.startswith("x.pdf: the ending of this file means the format pdf, and html was asked for. Change")
    done = desk.run("fit", *FERRY, "--output", "x.foo")
    assert "no format has the ending of this file" in done.err


def test_a_file_that_is_given_twice(desk: Desk) -> None:
    """It is the same prior set twice, not two with one name."""
    done = desk.run("compare", "-s", "watch.toml", "-p", "watchman.toml", "-p", "watchman.toml")
    assert 'the prior set "mate" (watchman.toml) is there twice' in done.err
    text = (desk.folder / "watchman.toml").read_text(encoding="utf-8")
    desk.write("other.toml", text)
    done = desk.run("compare", "-s", "watch.toml", "-p", "watchman.toml", "-p", "other.toml")
    assert '2 prior sets are named "mate" (watchman.toml, other.toml)' in done.err


def test_a_failed_method_is_named_once(desk: Desk) -> None:
    """In the line that says that it did not converge."""
    text = desk.run("fit", *FERRY, "--draws", "100", "--format", "md").out
    assert "Importance sampling: did not converge" in text
    assert "sampling: Importance" not in text


@pytest.mark.parametrize("name", ["confidence.level", "prior_set.name"])
def test_what_states_no_number_leads_to_no_other_name(desk: Desk, name: str) -> None:
    """The analyst's confidence is not a misspelt item of evidence."""
    for arguments in (("trace", name), ("whatif", "--set", f"{name}=2")):
        done = desk.run(*arguments, *FERRY)
        assert (done.code, "Did you mean" in done.err) == (2, False)
    assert 'Did you mean "evidence.swell"' in desk.run("trace", "evidence.swel", *FERRY).err
