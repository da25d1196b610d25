"""The Python interface: the same numbers as the command line, as values that can be tabulated, drawn and sent."""

from __future__ import annotations

import datetime
import json
import pickle
import re
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pandas
import pytest
import xarray
from matplotlib import pyplot
from matplotlib.axes import Axes
from msgspec.structs import replace
from threadpoolctl import threadpool_info, threadpool_limits

import estimative as es
from estimative.model.assessment import Assessment
from estimative.model.codec import to_json
from estimative.model.inference import fit_result
from estimative.model.inference.posterior import Posterior
from estimative.model.inference.prior_influence import PriorInfluence, prior_influence
from estimative.model.inference.prior_predictive import PriorPredictive
from estimative.priors.errors import InvalidInput
from estimative.reports.figures.chart import Chart
from estimative.reports.figures.style import NothingToPlot
from estimative.reports.formats.registry import FORMATS
from estimative.reports.number_format import percent
from tests.command import FILES, Desk
from tests.documents import drawing
from tests.in_process import one_thread
from tests.remembered import forget

pytestmark = pytest.mark.usefixtures("remembering")

SEED = 4
AS_JSON = ("--format", "json", "--seed", str(SEED))
WATCH = ("--scenario", "watch.toml", "--priors", "watchman.toml")
TEAM = (*WATCH, "--priors", "cook.toml")
DO: dict[str, Any] = {
    "do": {"weather": 0.9},
    "given": {"storm": True},
    "without": ["swell"],
    "edits": {"evidence.captain": 3},
}
LIKELY = {"events.cancelled": "likely"}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk with the files of two analysts."""
    desk = Desk.at(tmp_path_factory.mktemp("notebook"))
    desk.write("cook.toml", FILES["watchman.toml"].replace('"mate"', '"cook"').replace('"unlikely"', '"likely"'))
    return desk


def fit_of(desk: Desk, **settings: Any) -> es.Fit:
    files = (desk.folder / "watch.toml", desk.folder / "watchman.toml")
    return es.fit(*files, **{"method": "importance", "seed": SEED, **settings})


@pytest.fixture(scope="module")
def fit(desk: Desk) -> es.Fit:
    return fit_of(desk)


@pytest.fixture(scope="module")
def failed(desk: Desk) -> es.Fit:
    """A fit with too few draws."""
    return fit_of(desk, draws=100)


@pytest.fixture(scope="module")
def answers(fit: es.Fit, desk: Desk) -> dict[str, es.Answer]:
    """An answer of every kind that a program can ask for."""
    cook = es.load(desk.folder / "watch.toml", desk.folder / "cook.toml")
    return {
        "fit": fit,
        "sensitivity": fit.sensitivity(),
        "evidence": fit.evidence(),
        "whatif": fit.whatif(**DO),
        "sweep": fit.whatif(sweep=("weather", [0.0, 0.5, 1.0])),
        "trace": fit.trace("cancelled"),
        "compare": fit.compare(cook),
        "attribute": fit.attribute(cook),
        "pool": fit.pool(cook, weights={"cook": 3}),
    }


COMMANDS: dict[str, tuple[str, ...]] = {
    "sensitivity": ("sensitivity", *WATCH, "--method", "importance"),
    "evidence": ("evidence", *WATCH, "--method", "importance"),
    "whatif": (
        *("whatif", *WATCH, "--method", "importance", "--do", "weather=0.9", "--given", "storm", "--without", "swell"),
        *("--set", "evidence.captain=3"),
    ),
    "sweep": ("whatif", *WATCH, "--method", "importance", "--sweep", "weather=0:1:3"),
    "trace": ("trace", "cancelled", *WATCH, "--method", "importance"),
    "compare": ("compare", *TEAM, "--method", "importance"),
    "attribute": ("compare", *TEAM, "--method", "importance", "--attribute"),
    "pool": ("pool", *TEAM, "--method", "importance", "--weight", "cook=3"),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_an_answer_is_what_the_command_prints(desk: Desk, answers: dict[str, es.Answer], name: str) -> None:
    """At the same seed the JSON of an answer is that of the command, to the last digit."""
    with one_thread():
        done = desk.run(*COMMANDS[name], *AS_JSON)
    assert done.code == 0, done.err
    assert json.loads(answers[name].to_json()) == json.loads(done.out)


def test_forecasts_from_elsewhere_are_scored(desk: Desk) -> None:
    """A file is scored as the command does, with all analysts or some; a notebook shows it; errors name the file."""
    desk.write("forecasts.csv", "analyst,question,probability,outcome\nanna,rain,0.9,yes\nben,rain,0.4,yes\n")
    path = desk.folder / "forecasts.csv"
    for names, options in (((), ()), ("ben", ("-a", "ben")), (["anna", "ben"], ("-a", "anna", "-a", "ben"))):
        answer = es.score(path, analysts=names)
        printed = json.loads(desk.run("score", str(path), *options, "--format", "json").out)
        assert json.loads(answer.to_json()) == printed
    assert list(es.score(str(path)).to_dataframe().analyst) == ["anna", "ben"]
    assert "Brier" in answer._repr_html_()
    assert isinstance(answer.plot(), Axes)
    with pytest.raises(InvalidInput, match=r"forecasts\.csv.*nobody"):
        es.score(path, analysts="nobody")


def test_a_fit_has_the_numbers_of_the_command(desk: Desk, fit: es.Fit) -> None:
    """Every probability and quantity is that of `estimative fit`; the run alone is its own."""
    printed = json.loads(desk.run("fit", *WATCH, "--method", "importance", *AS_JSON).out)
    own = json.loads(fit.to_json())
    for name in ("scenario", "prior_set", "outcomes", "events", "quantities", "weights", "influence"):
        assert own[name] == printed[name]


def test_edits_take_the_place_of_statements(desk: Desk, fit: es.Fit) -> None:
    """A fit with an edit is that of a prior set that states it; the assessment that was loaded stays as it is."""
    edited = es.fit(fit.assessment, edits=LIKELY, method="importance", seed=SEED)
    cook = es.fit(desk.folder / "watch.toml", desk.folder / "cook.toml", method="importance", seed=SEED)
    assert edited.result.outcomes == cook.result.outcomes
    assert edited.result.headline.posterior.value > fit.result.headline.posterior.value
    assert es.fit(fit.assessment, method="importance", seed=SEED).result.outcomes == fit.result.outcomes


def test_functions_take_fits_and_assessments(answers: dict[str, es.Answer], fit: es.Fit, desk: Desk) -> None:
    """The functions of the module and the methods of a fit give the same; other settings may be given."""
    cook = es.load(desk.folder / "watch.toml", desk.folder / "cook.toml")
    settings: dict[str, Any] = {"method": "importance", "seed": SEED}
    assert es.compare(fit.assessment, cook, **settings).result == answers["compare"].result
    assert es.attribute(fit, cook).result == answers["attribute"].result
    assert es.pool(fit, cook, weights={"cook": 3}).result == answers["pool"].result
    assert es.compare(fit, cook, seed=SEED + 1).result != answers["compare"].result
    outcome: Any = es.compare(fit, cook, outcome="cancelled_in_storm").result
    assert outcome.scenario.headline == "cancelled_in_storm"


def test_functions_take_prior_sets_by_name_or_path(answers: dict[str, es.Answer], fit: es.Fit, desk: Desk) -> None:
    """A prior set is that of an assessment of the same scenario and day; without any, its own scenario counts."""
    cook = desk.folder / "cook.toml"
    assert fit.compare(str(cook)).result == answers["compare"].result
    assert fit.attribute(cook).result == answers["attribute"].result
    assert fit.pool(cook, weights={"cook": 3}).result == answers["pool"].result
    early = fit_of(desk, as_of="2026-11-05")
    loaded = es.load(desk.folder / "watch.toml", cook, as_of="2026-11-05")
    assert early.compare(cook).result == early.compare(loaded).result
    assert es.history(early, cook).result == es.history(early, loaded).result
    shipped: Any = es.compare("textbook", es.load("asia", "uncertain"), method="importance")
    assert shipped.result.scenario.id == "asia"


def test_prior_sets_alone_are_for_their_scenario(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where every analyst is a file, the scenario beside them is that of the comparison."""
    monkeypatch.chdir(desk.folder)
    both: Any = es.compare("watchman.toml", Path("cook.toml"), method="importance", seed=SEED).result
    assert (both.scenario.id, list(both.analysts)) == ("ferry", ["mate", "cook"])


OTHER_QUESTIONS: dict[str, tuple[str, str, str]] = {
    "another scenario": ('id = "ferry"', 'id = "barge"', 'of the scenario "barge", not of "ferry"'),
    "another version": ("If a storm is forecast,", "In a storm", 'another version of the scenario "ferry"'),
    "another day": ("as_of = 2026-11-01", "as_of = 2026-10-31", "as of 2026-10-31, not as of 2026-11-01"),
}


@pytest.mark.parametrize("case", OTHER_QUESTIONS)
def test_analysts_of_another_question_are_refused(fit: es.Fit, desk: Desk, case: str) -> None:
    """A scenario, version or day that is not that of the first analyst is an error of every comparison."""
    old, new, message = OTHER_QUESTIONS[case]
    desk.write("other.toml", FILES["watch.toml"].replace(old, new))
    desk.write("zed.toml", FILES["watchman.toml"].replace('"mate"', '"zed"').replace('"ferry"', '"barge"'))
    desk.write("yes.toml", FILES["watchman.toml"].replace('"mate"', '"zed"'))
    other = es.load(desk.folder / "other.toml", desk.folder / ("zed.toml" if "barge" in new else "yes.toml"))
    for ask in (fit.compare, fit.attribute, fit.pool):
        with pytest.raises(InvalidInput, match=message):
            ask(other)
    with pytest.raises(InvalidInput, match=message):
        es.history(fit, other)


def test_a_fit_about_another_outcome_is_compared_on_it(fit: es.Fit, desk: Desk) -> None:
    """Analysts are compared on the outcome that the first fit is about, whatever the others are about."""
    cook = es.load(desk.folder / "watch.toml", desk.folder / "cook.toml")
    other: Any = fit_of(desk, outcome="cancelled_in_storm").compare(cook).result
    expected: Any = fit.compare(cook, outcome="cancelled_in_storm").result
    assert other.analysts["cook"].outcomes == expected.analysts["cook"].outcomes
    assert other.pairs == expected.pairs


def test_analysts_may_state_an_item_in_different_ways(fit: es.Fit, desk: Desk) -> None:
    """A chance for each case by one analyst, a ratio by another: they are compared as on the command line."""
    text = FILES["watchman.toml"].replace('"mate"', '"bosun"')
    desk.write("bosun.toml", text.replace("captain = 2", "captain = { if_yes = 0.2, if_no = 0.6 }"))
    bosun = es.load(desk.folder / "watch.toml", desk.folder / "bosun.toml")
    printed = desk.run("compare", *WATCH, "--priors", "bosun.toml", "--method", "importance", *AS_JSON)
    assert json.loads(fit.compare(bosun).to_json()) == json.loads(printed.out)


def test_the_shipped_files_go_by_their_names() -> None:
    """A scenario and a prior set of it by name, and the flagship by default."""
    assert es.load("asia", "textbook").scenario.id == "asia"
    assert es.load().prior_set.name == "baseline"
    with pytest.raises(InvalidInput, match="Did you mean"):
        es.load("asai")


def test_an_executor_changes_no_digit(fit: es.Fit, answers: dict[str, es.Answer], desk: Desk) -> None:
    """Refits that run at once give the same numbers as in turn, and progress is reported."""
    stages: list[str] = []
    forget()
    with ThreadPoolExecutor(2) as executor:
        at_once = fit_of(desk, executor=executor, progress=lambda stage, *_: stages.append(stage))
        assert at_once.sensitivity().result == answers["sensitivity"].result
    assert stages


def test_blas_has_its_threads_back_after_a_fit(desk: Desk) -> None:
    """A fit and its analyses compute on one thread, and leave the limit of the program as it was."""
    forget()
    with threadpool_limits(3, user_api="blas"):
        fit_of(desk).evidence()
        assert blas_threads() == {3}


def blas_threads() -> set[int]:
    """The limit of each BLAS library in this process."""
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


def test_the_numbers_of_a_fit_are_collected_on_one_thread(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Others would only wait beside it, and the last digits depend on their number."""
    forget()
    threads = []

    def recorded(posterior: Posterior, prior: PriorPredictive) -> PriorInfluence:
        threads.append(blas_threads())
        return prior_influence(posterior, prior)

    monkeypatch.setattr(fit_result, "prior_influence", recorded)
    with threadpool_limits(3, user_api="blas"):
        fit_of(desk)
    assert threads == [{1}]


def test_a_day_may_be_a_text(desk: Desk) -> None:
    """Wherever a date is expected, its ISO text will do."""
    files = (desk.folder / "watch.toml", desk.folder / "watchman.toml")
    day = datetime.date(2026, 11, 5)
    assert es.load(*files, as_of="2026-11-05").scenario == es.load(*files, as_of=day).scenario
    assert es.load(*files, as_of=datetime.datetime(2026, 11, 5, 14, 30, tzinfo=datetime.UTC)).scenario.as_of == day
    early = fit_of(desk, as_of="2026-11-05", by=["2026-11-20"])
    assert early.result.scenario.as_of == day
    assert (
        es.history(early, days=["2026-11-01"], since="2026-11-01").result
        == es.history(early, days=[datetime.date(2026, 11, 1)], since=datetime.date(2026, 11, 1)).result
    )


WRONG: dict[str, tuple[Callable[[es.Fit], object], str]] = {
    "day": (lambda fit: es.fit(fit.assessment, by=["soon"]), 'by: "soon" is not a date'),
    "as_of": (lambda _: es.load(as_of=20261101), "as_of: 20261101 is not a date"),  # type: ignore[arg-type]
    "days": (lambda fit: es.history(fit, days="2026-11-01"), "not a list of dates"),
    "edits": (lambda fit: es.fit(fit.assessment, edits=["x"]), "a dictionary such as"),  # type: ignore[arg-type]
    "edit": (lambda fit: es.fit(fit.assessment, edits={"events.storm": [1]}), "edits, events.storm"),  # type: ignore[dict-item]
    "given": (lambda fit: fit.whatif(given="storm"), 'given: "storm" is not a mapping'),  # type: ignore[arg-type]
    "do": (lambda fit: fit.whatif(do=["storm"]), "do: "),  # type: ignore[arg-type]
    "sweep": (lambda fit: fit.whatif(sweep="weather"), "a factor with its values"),  # type: ignore[arg-type]
    "few": (lambda fit: es.fit(fit.assessment, draws=5), "draws = 5. Allowed: a whole number from 100 to 200000"),
    "many": (lambda fit: es.fit(fit.assessment, draws=200_001), "from 100 to 200000"),
    "analyst": (lambda fit: fit.compare(None), "analysts: nothing is not an analyst"),  # type: ignore[arg-type]
    "attributed": (lambda fit: fit.attribute(3), "analysts: 3 is not an analyst"),  # type: ignore[arg-type]
    "pooled": (lambda fit: fit.pool(["x"]), "names or paths of prior sets"),  # type: ignore[arg-type]
    "replayed": (lambda fit: es.history(fit.result), "is not an analyst"),  # type: ignore[arg-type]
    "misspelt analyst": (lambda fit: fit.compare("cok"), '"cok" is not a path'),
    "outcome": (lambda fit: fit.compare(es.fit(fit.assessment, edits=LIKELY), outcome=3), "outcome: 3 is not a name"),  # type: ignore[arg-type]
    "about": (lambda fit: es.fit(fit.assessment, outcome=3), "outcome: 3 is not a name"),  # type: ignore[arg-type]
    "target": (lambda fit: fit.trace(3), "target: 3 is not a name"),  # type: ignore[arg-type]
    "no target": (lambda fit: fit.trace(None), "target: nothing is not a name"),  # type: ignore[arg-type]
    "table": (lambda fit: fit.to_dataframe(3), "table: 3 is not a name"),  # type: ignore[arg-type]
    "figure": (lambda fit: fit.plot(["x"]), 'figure: ["x"] is not a name'),  # type: ignore[arg-type]
    "path": (lambda fit: fit.save(3), "path: 3 is not a path"),  # type: ignore[arg-type]
    "report": (lambda fit: fit.report(None), "path: nothing is not a path"),  # type: ignore[arg-type]
    "source": (lambda _: es.batch(None), "source: nothing is not a path"),  # type: ignore[arg-type]
    "state": (lambda fit: fit.whatif(do={"weather": [1]}), 'do, weather: "[1]" is not a degree'),  # type: ignore[dict-item]
    "key": (lambda fit: fit.whatif(do={3: True}), "do: 3 is not a name"),  # type: ignore[dict-item]
    "swept": (lambda fit: fit.whatif(sweep=("weather", [None])), "a factor with its values"),  # type: ignore[list-item]
    "no values": (lambda fit: fit.whatif(sweep=("weather", 3)), "a factor with its values"),  # type: ignore[arg-type]
    "scale": (lambda fit: es.fit(fit.assessment, scale=3), "scale: 3 is not a name"),  # type: ignore[arg-type]
    "fits": (lambda fit: fit.calibrate(fits="x"), "fits = 'x'"),  # type: ignore[arg-type]
    "without": (lambda fit: fit.whatif(without=[3]), "without: 3 is not a name"),  # type: ignore[list-item]
    "item": (lambda fit: fit.whatif(without=3), "without: 3 is not a list of names"),  # type: ignore[arg-type]
    "true": (lambda fit: es.fit(fit.assessment, draws=True), "draws = True"),
}


@pytest.mark.parametrize("name", WRONG)
def test_an_argument_of_another_type_is_refused(fit: es.Fit, name: str) -> None:
    """With what is expected in its place; draws as on the command line."""
    ask, message = WRONG[name]
    with pytest.raises(InvalidInput, match=re.escape(message)):
        ask(fit)


MISSPELT: dict[str, tuple[Callable[[es.Fit], object], str]] = {
    "compare": (lambda fit: es.compare(fit, fit, metod="nuts"), 'Did you mean "method"?'),
    "attribute": (lambda fit: es.attribute(fit, fit, outcom="x"), "Allowed: outcome, method, seed, draws"),
    "pool": (lambda fit: es.pool(fit, fit, weight={}), "Allowed: weights, method"),
    "history": (lambda fit: es.history(fit, dates=["2026-11-01"]), 'Did you mean "days"?'),
    "batch": (lambda _: es.batch("x", days=["2026-11-01"]), "Allowed: runs, dates, variants"),
}


@pytest.mark.parametrize("name", MISSPELT)
def test_an_unknown_argument_is_refused(fit: es.Fit, name: str) -> None:
    """With its own name, the arguments that the function has, its settings among them, and the nearest of these."""
    ask, message = MISSPELT[name]
    with pytest.raises(InvalidInput, match=f"is not an argument of {name}") as raised:
        ask(fit)
    assert message in str(raised.value)
    assert "allow_unconverged" in raised.value.issues[0].allowed


def test_every_function_takes_the_settings_of_fit(failed: es.Fit, desk: Desk) -> None:
    """`allow_unconverged` has this name wherever settings are passed on."""
    cook = es.load(desk.folder / "watch.toml", desk.folder / "cook.toml")
    assert es.compare(failed, cook, allow_unconverged=True).result.with_unconverged


def test_every_column_has_a_name(answers: dict[str, es.Answer], fit: es.Fit) -> None:
    """In every table of every answer, also where a column is the only number of its row."""
    others = {"history": es.history(fit), "calibrate": fit.calibrate(fits=20)}
    for name, answer in {**answers, **others}.items():
        for sheet in answer.sheets:
            assert all(sheet.columns), (name, sheet.name, sheet.columns)
            assert len(set(sheet.columns)) == len(sheet.columns), (name, sheet.name)
    assert "posterior" in others["history"].to_dataframe().columns


# What a notebook shows


def test_an_answer_shows_its_beginning_in_a_notebook(answers: dict[str, es.Answer], fit: es.Fit) -> None:
    """Each kind has a fragment of HTML with the judgement and without a page around it."""
    for name, answer in answers.items():
        html = answer._repr_html_()
        assert html.startswith('<div class="estimative">'), name
        assert "<html" not in html
    assert percent(fit.result.headline.posterior) in fit._repr_html_()


@pytest.mark.parametrize("name", ["fit", "sensitivity", "evidence", "whatif", "trace", "compare", "pool"])
def test_a_notebook_shows_no_number_of_a_failed_fit(failed: es.Fit, desk: Desk, name: str) -> None:
    """It shows that the fit did not converge and what to do; there is nothing to tabulate or to draw."""
    cook = es.load(desk.folder / "watch.toml", desk.folder / "cook.toml")
    ask: dict[str, Callable[[], es.Answer]] = {
        "fit": lambda: failed,
        "whatif": lambda: failed.whatif(do={"weather": 0.9}),
        "trace": lambda: failed.trace("cancelled"),
        "compare": lambda: failed.compare(cook),
        "pool": lambda: failed.pool(cook),
    }
    answer = ask[name]() if name in ask else getattr(failed, name)()
    html = answer._repr_html_()
    assert "did not converge" in html
    assert "Not every fit converged" in html
    assert "% to" not in html
    assert "Key judgement" not in html
    assert not answer.result.converged
    if answer.figures:
        with pytest.raises(NothingToPlot):
            answer.plot()


def test_numbers_of_a_failed_fit_can_be_requested(desk: Desk) -> None:
    """Then they are shown after a caution."""
    html = fit_of(desk, draws=100, allow_unconverged=True)._repr_html_()
    assert html.index("Do not rely on them") < html.index("Key judgement")


def test_every_table_is_a_data_frame(answers: dict[str, es.Answer]) -> None:
    """By its name, or the first; an unknown name is an error."""
    for answer in answers.values():
        for sheet in answer.sheets:
            frame = answer.to_dataframe(sheet.name)
            assert isinstance(frame, pandas.DataFrame)
            assert (list(frame.columns), len(frame)) == (list(sheet.columns), len(sheet.rows))
        assert answer.to_dataframe().equals(answer.to_dataframe(answer.sheets[0].name))
    outcomes = answers["fit"].to_dataframe("outcomes").set_index("outcome")
    fit: Any = answers["fit"]
    assert outcomes.loc["cancelled", "posterior"] == fit.result.headline.posterior.value
    with pytest.raises(es.InvalidInput):
        fit.to_dataframe("nothing")


def test_every_figure_is_drawn_into_axes(answers: dict[str, es.Answer]) -> None:
    """Into those that are given, or new ones."""
    _, own = pyplot.subplots()
    drawn = 0
    for answer in answers.values():
        for name in answer.figures:
            try:
                assert answer.plot(name, ax=own) is own
            except NothingToPlot:
                continue
            drawn += 1
            own.clear()
    assert drawn >= 10
    assert isinstance(answers["fit"].plot(), Axes)
    with pytest.raises(es.InvalidInput):
        answers["fit"].plot("nothing")
    pyplot.close("all")


def test_an_answer_is_saved_in_the_format_of_the_ending(fit: es.Fit, tmp_path: Path) -> None:
    """Every ending of every format; another one is an error."""
    for name, entry in FORMATS.items():
        fit.save(tmp_path / f"fit.{name}")
        written: Any = (tmp_path / f"fit.{name}").read_bytes()
        assert len(written) > 200
        if not entry.binary:
            assert written.decode() == entry.render(fit)
    with pytest.raises(InvalidInput, match="odt"):
        fit.save(tmp_path / "fit.odt")


def test_a_fit_writes_its_report(fit: es.Fit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The brief or everything, without a saved run; a page with sliders or without."""
    monkeypatch.setattr(Chart, "svg", lambda _, **look: drawing().svg(**look))
    fit.report(tmp_path / "brief.md", brief=True)
    fit.report(tmp_path / "full.md")
    fit.report(tmp_path / "moving.html")
    fit.report(tmp_path / "still.html", static=True)
    brief, full = ((tmp_path / f"{name}.md").read_text(encoding="utf-8") for name in ("brief", "full"))
    assert full.startswith(brief.rstrip())
    assert len(full) > 3 * len(brief)
    moving, still = ((tmp_path / f"{name}.html").read_text(encoding="utf-8") for name in ("moving", "still"))
    assert ("<script" in moving, "<script" in still) == (True, False)


def test_the_draws_are_a_data_tree(fit: es.Fit) -> None:
    """Posterior and prior by chain and draw, whose means are those of the result."""
    tree = fit.to_datatree()
    assert isinstance(tree, xarray.DataTree)
    assert set(tree.children) == {"posterior", "prior"}
    headline = tree["posterior"]["outcome_probability"].sel(outcome="cancelled")
    assert headline.dims[:2] == ("chain", "draw")
    number = fit.result.headline.posterior
    assert float(headline.mean()) == pytest.approx(number.value, abs=5 * number.sd / headline.size**0.5)


# Values


def echo(value: Any) -> tuple[str, Any]:
    """What another process makes of a value."""
    return repr(value), value


def test_every_value_reaches_another_process(answers: dict[str, es.Answer], failed: es.Fit) -> None:
    """Every value goes there and back, equal, and prints in one short line; a fit is analysed there all the same."""
    fit = answers["fit"]
    assert isinstance(fit, es.Fit)
    parts = (fit.assessment.scenario, fit.assessment.prior_set, fit.assessment, fit.posterior, failed)
    values = [*parts, *answers.values(), *(answer.result for answer in answers.values())]
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor:
        results = list(executor.map(echo, values, chunksize=len(values)))
        assert executor.submit(es.Fit.evidence, fit).result().result == answers["evidence"].result
    for value, (there, back) in zip(values, results, strict=True):
        assert there == repr(back) == repr(value)
        assert len(there) < 500
        assert "\n" not in there
        assert content(back) == content(value), type(value)


def content(value: Any) -> object:
    """What makes two values the same."""
    if isinstance(value, es.Answer):
        return to_json(value.result)
    if isinstance(value, Assessment):
        return value.scenario.digest, value.prior_set.digest, value.priors
    if isinstance(value, Posterior):
        return value.draws.weights.tobytes(), value.headline
    return getattr(value, "digest", value)


def test_every_error_of_a_program_is_collected(fit: es.Fit) -> None:
    """A supposition with several errors raises all of them, each with its entry."""
    with pytest.raises(InvalidInput) as raised:
        fit.whatif(do={"wether": 0.5}, without=["swel"], edits={"events.storm": "perhaps"})
    assert len(raised.value.issues) == 3
    assert replace(raised.value.issues[0]) == pickle.loads(pickle.dumps(raised.value)).issues[0]


def test_what_no_fit_can_use_is_refused(fit: es.Fit, desk: Desk) -> None:
    """Settings, weights and analysts that would be misread or passed over are errors, not other numbers."""
    cook = es.load(desk.folder / "watch.toml", desk.folder / "cook.toml")
    wrong: dict[str, Callable[[], object]] = {
        '"imp" is not a method': lambda: fit_of(desk, method="imp"),
        "draws = -5": lambda: fit_of(desk, draws=-5),
        "draws = 'many'": lambda: fit_of(desk, draws="many"),
        "nothing is supposed": fit.whatif,
        "the number of prior sets is 1": fit.compare,
        "is there twice": lambda: fit.compare(fit.assessment),
        "cok": lambda: fit.pool(cook, weights={"cok": 2}),
        "-2": lambda: fit.pool(cook, weights={"cook": -2}),
    }
    for part, call in wrong.items():
        with pytest.raises(es.InvalidInput) as caught:
            call()
        assert part in str(caught.value)


def test_an_edited_analyst_is_another_one(fit: es.Fit, desk: Desk) -> None:
    """A fit with edits stands beside the one without, under a name of its own."""
    table = fit.compare(fit_of(desk, edits=LIKELY)).to_dataframe()
    assert set(table["analyst"]) == {"mate", "mate-edited"}
    both = fit_of(desk, edits=LIKELY).compare(fit_of(desk, edits=LIKELY, name="optimist"))
    assert set(both.to_dataframe()["analyst"]) == {"mate-edited", "optimist"}


def test_files_are_found_as_on_the_command_line(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A prior set alone finds its scenario; without names the project file decides."""
    monkeypatch.chdir(desk.folder)
    assert es.load(priors="electrician.toml").scenario.id == es.load("lamp.toml", "electrician.toml").scenario.id
    file = desk.write("estimative.toml", '[project]\nscenario = "lamp.toml"\npriors = ["electrician.toml"]\n')
    try:
        assert es.load().prior_set.name == es.load("lamp.toml", "electrician.toml").prior_set.name
    finally:
        file.unlink()
