"""The commands `import` and `export`."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest

from estimative.model.inference.fit import exact
from estimative.model.networks.formats import FORMATS
from estimative.model.spec.scenario_file import find_scenario, read_scenario
from estimative.priors.catalog import find_prior_set
from estimative.workflows.inputs import load
from tests.command import Desk
from tests.examples import later
from tests.networks import (
    PARENTS,
    answers,
    oracle,
    possible_evidence,
    pyagrum,
    random_network,
    read_pair,
    rewritten,
    saved,
)

pytestmark = pytest.mark.filterwarnings("ignore:Setting the shape on a NumPy array")  # as pyAgrum does
ALARM = """\
network alarm {
}
variable quake {
  type discrete [ 2 ] { yes, no };
}
variable level {
  type discrete [ 3 ] { low, "5-10", >10 };
}
variable alarm {
  type discrete [ 2 ] { loud, silent };
}
probability ( quake ) {
  table 0.1, 0.9;
}
probability ( level | quake ) {
  (yes) 0.2, 0.3, 0.5;
  (no) 1, 0, 0;
}
probability ( alarm | quake, level ) {
  default 0.01, 0.99;
  (yes, low) 0.9, 0.1;
}
"""
CIRCLE = """\
network circle { }
variable a { type discrete [ 2 ] { yes, no }; }
variable b { type discrete [ 2 ] { yes, no }; }
probability ( a | b ) { (yes) 0.5, 0.5; (no) 0.2, 0.8; }
probability ( b | a ) { (yes) 0.5, 0.5; (no) 0.2, 0.8; }
"""
XDSL = """\
<?xml version="1.0" encoding="UTF-8"?>
<smile version="1.0" id="clinic">
  <nodes>
    <cpt id="either"><state id="Absent"/><state id="Present"/><probabilities>0.5 0.5</probabilities></cpt>
    <cpt id="bronc"><state id="Absent"/><state id="Present"/><probabilities>0.5 0.5</probabilities></cpt>
    <cpt id="dysp">
      <state id="Absent"/><state id="Present"/>
      <parents>either bronc</parents>
      <probabilities>0.9 0.1 0.2 0.8 0.3 0.7 0.1 0.9</probabilities>
    </cpt>
    <deterministic id="both">
      <state id="no"/><state id="yes"/>
      <parents>either bronc</parents>
      <resultingstates>no no no yes</resultingstates>
    </deterministic>
  </nodes>
  <extensions><genie version="1.0" name="Chest clinic">
    <node id="dysp"><name>Shortness of breath &amp; more</name></node>
  </genie></extensions>
</smile>
"""
NOISY_MAX = XDSL.replace('cpt id="dysp"', 'noisymax id="dysp"').replace("/cpt>\n    <det", "/noisymax>\n    <det")
XMLBIF = """\
<?xml version="1.0" encoding="US-ASCII"?>
<!-- a comment -->
<!DOCTYPE BIF [
  <!ELEMENT BIF ( NETWORK )*>
  <!ATTLIST BIF VERSION CDATA #REQUIRED>
  <!ATTLIST VARIABLE TYPE (nature|decision|utility) "nature">
]>
<BIF VERSION="0.3"><NETWORK><NAME>Dog</NAME>
<VARIABLE TYPE="nature"><NAME>bowel</NAME><OUTCOME>true</OUTCOME><OUTCOME>false</OUTCOME></VARIABLE>
<VARIABLE><NAME>family_out</NAME><OUTCOME>true</OUTCOME><OUTCOME>false</OUTCOME></VARIABLE>
<VARIABLE><NAME>dog_out</NAME><OUTCOME>true</OUTCOME><OUTCOME>false</OUTCOME></VARIABLE>
<DEFINITION><FOR>bowel</FOR><TABLE>0.01 0.99</TABLE></DEFINITION>
<DEFINITION><FOR>family_out</FOR><TABLE>0.15 0.85</TABLE></DEFINITION>
<DEFINITION><FOR>dog_out</FOR><GIVEN>bowel</GIVEN><GIVEN>family_out</GIVEN>
<TABLE>0.99 0.01 0.97 0.03 0.9 0.1 0.3 0.7</TABLE></DEFINITION>
</NETWORK></BIF>
"""
NET = """\
net { name = "boats"; }
node wind { label = "Wind at sea"; states = ("calm" "storm"); }
node sails { states = ("yes" "no"); }
potential (wind) { data = (0.7 0.3); }
potential (sails | wind) { data = ((0.9 0.1) % in calm weather
 (0.2 0.8)); }
"""
UAI = "BAYES\n2\n2 3\n2\n1 0\n2 0 1\n\n2\n 0.25 0.75\n\n6\n 0.1 0.2 0.7\n 0.5 0.5 0\n"


def imported(desk: Desk, name: str, text: str, *options: str) -> tuple[int, list[str]]:
    """The exit code and the lines of an import of a file with a text."""
    (desk.folder / name).write_text(text, encoding="utf-8")
    done = desk.run("import", name, *options)
    assert "Traceback" not in done.err
    return done.code, done.err.splitlines()


def the_error(desk: Desk, name: str, text: str, *options: str) -> str:
    """The one error of an import, which wrote nothing."""
    before = {path.name for path in desk.folder.iterdir()} | {name}
    code, lines = imported(desk, name, text, *options)
    assert (code, len(lines)) == (2, 1), lines
    assert {path.name for path in desk.folder.iterdir()} == before
    return lines[0]


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("observed", [0, later(1), 3])
def test_an_imported_network_answers_as_pyagrum_does(desk: Desk, name: str, observed: int) -> None:
    """Every posterior probability of an imported network is that of pyAgrum, whatever was observed."""
    for seed in range(3):
        network = random_network(seed, parents=PARENTS[name])
        source = saved(network, desk.folder, name)
        assert desk.run("import", source.name, "--name", f"net{seed}").code == 0
        assessment = read_pair(desk.folder / f"net{seed}.toml", desk.folder / f"net{seed}-priors.toml")
        evidence = possible_evidence(network, observed, seed)
        expected = oracle(network, evidence)
        if name == "uai":  # which has no names
            by_size = {f"n{at}": f"x{at}" for at in range(8)}
            expected = {(by_size[node], state): p for (node, state), p in expected.items()}
            evidence = {by_size[node]: state for node, state in evidence.items()}
        assert answers(assessment, source, evidence) == pytest.approx(expected, abs=1e-9)


def test_an_observation_is_added_as_the_file_says(desk: Desk) -> None:
    """The comment of the scenario is evidence, once its signs are removed; nothing else is missing."""
    assert imported(desk, "alarm.bif", ALARM)[0] == 0
    path = desk.folder / "alarm.toml"
    head, _, rest = path.read_text(encoding="utf-8").partition("\n\n")
    observed = head[head.index("# [evidence") :].replace("# ", "")
    path.write_text(f"{rest}\n{observed}\n", encoding="utf-8")
    assert desk.run("check", "alarm.toml", "alarm-priors.toml", "--strict").code == 0
    fitted = json.loads(desk.run("fit", "--priors", "alarm-priors.toml", "--format", "json").out)
    assert fitted["events"]["quake"]["posterior"]["value"] == 1
    assert fitted["outcomes"]["alarm_loud"]["posterior"]["value"] == pytest.approx(0.2 * 0.9 + 0.8 * 0.01)


@pytest.mark.parametrize(
    "text",
    [
        "// " * 50_000,
        "/*" * 50_000,
        "network x { }\n" + "/* " * 50_000,
        '"' * 50_000,
        "<!-- -->" * 50_000,
        "{" * 50_000,
    ],
)
@pytest.mark.parametrize("name", FORMATS)
def test_hostile_text_is_an_error_and_takes_no_time(desk: Desk, name: str, text: str) -> None:
    """A file of nothing but beginnings is one error, in whatever format."""
    the_error(desk, f"a{FORMATS[name].endings[0]}", text)


@pytest.mark.parametrize("name", FORMATS)
def test_formats_that_this_program_writes_keep_every_answer(desk: Desk, name: str) -> None:
    """A network of several parents that is written in any format and imported has the answers of pyAgrum."""
    network = random_network(5, parents=3)
    again = rewritten(saved(network, desk.folder, "net"), name, desk.folder)
    assert desk.run("import", again.name, "--name", "again").code == 0
    found = answers(read_pair(desk.folder / "again.toml", desk.folder / "again-priors.toml"), again, {})
    # UAI numbers the nodes anew: each after its parents.
    assert sorted(found.values()) == pytest.approx(sorted(oracle(network, {}).values()), abs=1e-9)


@pytest.mark.parametrize("name", ["bif", "xmlbif", "net"])
def test_pyagrum_reads_what_is_exported(desk: Desk, name: str) -> None:
    """pyAgrum gives an exported network the same probabilities, up to the digits with which it reads."""
    ending = {"xmlbif": "bifxml"}.get(name, name)
    assert desk.run("export", f"asia.{ending}", "--scenario", "asia", "--priors", "textbook").code == 0
    network = pyagrum().loadBN(str(desk.folder / f"asia.{ending}"))
    assert oracle(network, {})["dyspnoea", 1] == pytest.approx(0.4359706, abs=1e-6)


def test_import_writes_a_scenario_and_priors_without_errors(desk: Desk) -> None:
    """An import names both files and the headline; they have no errors or warnings, and are fitted at once."""
    code, lines = imported(desk, "alarm.bif", ALARM)
    assert code == 0
    assert lines == [
        "Wrote alarm.toml",
        "Wrote alarm-priors.toml",
        "The headline is alarm = loud. Choose another with --headline NODE=STATE.",
    ]
    checked = desk.run("check", "alarm.toml", "alarm-priors.toml", "--strict")
    assert (checked.code, checked.err) == (0, "")
    fitted = desk.run("fit", "--priors", "alarm-priors.toml", "--format", "json")
    assert (fitted.code, fitted.err) == (0, "")
    headline = json.loads(fitted.out)["outcomes"]["alarm_loud"]["posterior"]
    assert (headline["value"], headline["se"]) == (pytest.approx(0.1 * 0.2 * 0.9 + 0.98 * 0.01), 0)


def test_states_have_names_that_are_safe_and_titles_that_are_original(desk: Desk) -> None:
    """States that are like yes and no make an event; others keep their names, or have them as titles."""
    assert imported(desk, "alarm.bif", ALARM)[0] == 0
    events = read_scenario(desk.folder / "alarm.toml").events
    assert events["quake"].states == ()
    # "low" is a key of statements, and ">10" no name.
    assert events["level"].states == ("low-level", "5-10", "gt10")
    assert dict(events["level"].state_titles) == {"low-level": "low", "gt10": ">10"}
    assert events["alarm_2"].states == ("loud", "silent") if "alarm_2" in events else events["alarm"].states


def test_names_that_collide_or_steer_are_made_safe(desk: Desk) -> None:
    """Two names that become the same get numbers; hostile text stays inside its quotation marks."""
    text = """network x { }
variable "a b" { type discrete [ 2 ] { yes, no }; }
variable "a.b" { type discrete [ 2 ] { "q\\" ]", "\x1b[31mr" }; }
variable none { type discrete [ 2 ] { yes, no }; }
variable "\u732b" { type discrete [ 2 ] { x, X }; }
probability ( "a b" ) { table 0.5, 0.5; }
probability ( "a.b" | "a b", none ) { default 0.25, 0.75; }
probability ( none ) { table 0.5, 0.5; }
probability ( "\u732b" ) { table 0.5, 0.5; }
"""
    assert imported(desk, "odd.bif", text)[0] == 0
    written = (desk.folder / "odd.toml").read_text(encoding="utf-8")
    assert "\x1b" not in written
    events = read_scenario(desk.folder / "odd.toml").events
    assert {name: event.title for name, event in events.items()} == {
        "a_b": "a b",
        "a_b_2": "a.b",
        "none_2": "none",
        "node": "\u732b",
    }
    assert events["a_b_2"].state_titles == {"q": 'q" ]', "31mr": "\x1b[31mr"}
    assert desk.run("check", "odd.toml", "odd-priors.toml", "--strict").code == 0


def test_rows_can_be_as_uncertain_as_counts(desk: Desk) -> None:
    """With --worth each row is a Dirichlet distribution of so many cases; what is certain stays so."""
    assert imported(desk, "alarm.bif", ALARM, "--worth", "50")[0] == 0
    assert desk.run("check", "alarm.toml", "alarm-priors.toml", "--strict").code == 0
    priors = read_pair(desk.folder / "alarm.toml", desk.folder / "alarm-priors.toml")
    quake = priors.priors["tables.quake.none"].family
    assert (quake.a, quake.b) == (pytest.approx(5), pytest.approx(45))
    assert priors.priors["tables.level.none.gt10"].family.constant
    assert not priors.priors["tables.level.quake.gt10"].family.constant


@pytest.mark.parametrize("worth", ["0", "-3", "nan", "inf"])
def test_a_worth_that_is_no_number_of_cases_is_an_error(desk: Desk, worth: str) -> None:
    """Rows are worth more than no cases."""
    assert "Allowed: a number above 0" in the_error(desk, "alarm.bif", ALARM, "--worth", worth)


@pytest.mark.parametrize(
    ("option", "outcome"),
    [
        ("level=>10", {"all": ("level=gt10",)}),
        ("quake=no", {"none": ("quake",)}),
        ("quake", {"all": ("quake",)}),
    ],
)
def test_the_headline_can_be_any_state(desk: Desk, option: str, outcome: dict[str, tuple[str, ...]]) -> None:
    """A headline is named as in the network, and is the first of the outcomes."""
    assert imported(desk, "alarm.bif", ALARM, "--headline", option)[0] == 0
    scenario = read_scenario(desk.folder / "alarm.toml")
    headline = scenario.outcomes[scenario.headline]
    assert {key: names for key in ("all", "any", "none") if (names := getattr(headline, key))} == outcome
    assert desk.run("fit", "--priors", "alarm-priors.toml").code == 0


def test_an_unknown_headline_is_an_error(desk: Desk) -> None:
    """The error lists the states of the node, or the nodes."""
    assert "Allowed: level=low, level=5-10, level=>10" in the_error(desk, "a.bif", ALARM, "--headline", "level=x")
    assert "Allowed: quake, level, alarm" in the_error(desk, "a.bif", ALARM, "--headline", "levle")


def test_a_file_that_is_there_is_not_overwritten(desk: Desk) -> None:
    """If one of the two files exists, none is written."""
    desk.write("alarm-priors.toml", "mine")
    assert "alarm-priors.toml: a file with this name exists already" in the_error(desk, "alarm.bif", ALARM)
    assert (desk.folder / "alarm-priors.toml").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("name", "text", "line", "message"),
    [
        ("cut.bif", ALARM[:200], 12, "the file ends in the middle of a word"),
        ("cut.bif", ALARM[:300], 17, 'the file ends in the middle of the probabilities of "level"'),
        ("cut.bif", ALARM.partition("probability ( alarm")[0], 9, 'there are no probabilities of "alarm"'),
        ("cut.xdsl", XDSL[:400], 8, "the file ends before its last element is closed"),
        ("cut.net", NET[:150], 4, "the file ends in the middle of"),
        ("cut.uai", UAI[:-6], 13, "the file ends in the middle of the table of x1"),
        ("a.bif", CIRCLE, 4, "these nodes depend on each other: a -> b -> a"),
        ("a.bif", ALARM.replace("0.2, 0.3, 0.5", "0.2, 0.3, 0.4"), 15, 'row 1 of "level" adds up to 0.9, not to 1'),
        ("a.bif", ALARM.replace("0.2, 0.3, 0.5", "-0.2, 0.7, 0.5"), 15, "-0.2 in the table of"),
        ("a.bif", ALARM.replace("0.2, 0.3, 0.5", "0.2, 0.3, half"), 16, '"half" in the probabilities of "level" is'),
        ("a.bif", ALARM.replace("0.2, 0.3, 0.5", "0.2, 0.8"), 15, "the row (yes) of \"level\" has 2 numbers"),
        ("a.bif", ALARM.replace("(yes, low)", "(yes, hot)"), 19, "(yes, hot) in the probabilities of"),
        ("a.bif", ALARM.replace("quake, level )", "quake, levle )"), 19, '"levle", a parent of "alarm", is not a node'),
        ("a.bif", ALARM.replace("discrete [ 3 ]", "continuous [ 3 ]"), 7, 'the variable "level" is "continuous"'),
        ("a.bif", XDSL, 1, "the ending is that of BIF, but the content is XDSL"),
        ("a.xdsl", ALARM, 1, "the ending is that of XDSL, but the content is BIF"),
        ("a.net", "nothing of the kind", 1, "the ending is that of NET, but the content is not NET"),
        ("a.pkl", ALARM, None, "the ending .pkl is that of no format"),
        ("network", ALARM, None, "the file has no ending"),
        ("a.bif", "", None, "the file is empty"),
        ("a.uai", UAI.replace("BAYES", "MARKOV"), 1, "the network is of the kind MARKOV"),
        ("a.uai", UAI.replace("2 0 1", "2 0 7"), 6, "a table is about a node that is not there"),
        ("a.uai", UAI.replace("0.25", "2.5"), 5, "2.5 in the table of"),
        ("a.xdsl", NOISY_MAX, 6, 'the node "dysp" is a noisymax node'),
        ("a.xdsl", XDSL.replace("no no no yes", "no no no maybe"), 11, '"maybe" is not a state of "both"'),
        ("a.xdsl", XDSL.replace("0.1 0.9<", "0.1<"), 6, 'the table of "dysp" has 7 numbers'),
        ("a.xdsl", XDSL.replace("?>\n", '?>\n<!DOCTYPE x [<!ENTITY e "0.5">]>\n', 1), 2, "the file declares an entity"),
        ("a.net", NET.replace("node sails", "decision sails"), 3, 'the node "sails" is a decision node'),
        ("a.net", NET.replace("node sails", "continuous node sails"), 3, 'the node "sails" is a continuous node'),
        ("a.net", NET.replace("data = (0.7", "model_data = (0.7"), 4, 'the potential of "wind" is an expression'),
    ],
)  # fmt: skip
def test_a_faulty_file_is_one_error_with_its_line(
    desk: Desk, name: str, text: str, line: int | None, message: str
) -> None:
    """Every mistake is one error that names file and line; nothing is written."""
    error = the_error(desk, name, text)
    place = f"{name}, line {line}" if line else name
    assert error.startswith(place), error
    assert message in error


def test_every_node_that_cannot_be_represented_is_named(desk: Desk) -> None:
    """Nodes that are no tables are refused by name, each with its line, before anything is written."""
    xdsl = NOISY_MAX.replace('cpt id="either"', 'decision id="either"').replace(
        "0.5 0.5</probabilities></cpt>", "</a>", 1
    )
    xdsl = xdsl.replace("<probabilities></a>", "</decision>")
    net = NET.replace("node wind", "decision wind").replace("node sails", "utility sails")
    xml = XMLBIF.replace('<VARIABLE TYPE="nature">', '<VARIABLE TYPE="decision">', 1)
    xml = xml.replace("<VARIABLE><NAME>dog", '<VARIABLE TYPE="utility"><NAME>dog')
    for name, text, expected in (
        ("a.xdsl", xdsl, {"either": "decision", "dysp": "noisymax"}),
        ("a.net", net, {"wind": "decision", "sails": "utility"}),
        ("a.xml", xml, {"bowel": "decision", "dog_out": "utility"}),
    ):
        code, lines = imported(desk, name, text)
        assert (code, len(lines)) == (2, len(expected)), lines
        for line, (node, kind) in zip(lines, expected.items(), strict=True):
            assert f'the node "{node}" is a {kind} node, which cannot be imported' in line
            assert line.startswith(f"{name}, line ")


def test_xmlbif_with_its_document_type_is_read(desk: Desk) -> None:
    """The declarations at the top of XMLBIF files are no obstacle; in a table the first parent varies slowest."""
    assert imported(desk, "dog.xml", XMLBIF)[0] == 0
    dog = read_pair(desk.folder / "dog.toml", desk.folder / "dog-priors.toml")
    given = dog.conditioned_on({"bowel": False, "family_out": True})
    assert exact(given, seed=1).all_estimates["event", "dog_out"].value == pytest.approx(0.9)


def test_a_pickle_is_refused_whatever_its_ending(desk: Desk) -> None:
    """A file that is no text is never read further."""
    (desk.folder / "a.bif").write_bytes(pickle.dumps({"a": Path()}))
    done = desk.run("import", "a.bif")
    assert (done.code, "Traceback" in done.err) == (2, False)
    assert "the text is not UTF-8" in done.err or "the content is not BIF" in done.err


def test_a_network_beyond_the_limits_is_an_error_at_its_node(desk: Desk) -> None:
    """Too many states, too many parents and an exact sum that is too large name the node and its line."""
    states = ", ".join(f"s{at}" for at in range(40))
    numbers = ", ".join(["0.025"] * 40)
    many = f"network x {{ }}\nvariable a {{ type discrete [ 40 ] {{ {states} }}; }}\n"
    many += f"probability ( a ) {{ table {numbers}; }}\n"
    assert "a.bif, line 3, a: the event has 40 states" in the_error(desk, "a.bif", many)
    names = [f"p{at}" for at in range(11)]
    wide = "network x { }\n" + "".join(
        f"variable {name} {{ type discrete [ 2 ] {{ yes, no }}; }}\n" for name in [*names, "c"]
    )
    wide += "".join(f"probability ( {name} ) {{ table 0.5, 0.5; }}\n" for name in names)
    wide += f"probability ( c | {', '.join(names)} ) {{ default 0.5, 0.5; }}\n"
    assert "a.bif, line 25, c: the table has 11 parents" in the_error(desk, "a.bif", wide)


def test_rows_that_were_rounded_are_rescaled_with_a_note(desk: Desk) -> None:
    """Rows that miss 1 by the rounding of their decimals are divided by their sum, and the user is told how many."""
    code, lines = imported(desk, "a.bif", ALARM.replace("0.2, 0.3, 0.5", "0.3333, 0.3333, 0.3333"))
    assert (code, lines[2]) == (0, "Note: 1 row was off 1 by rounding, and divided by the sum.")
    assert desk.run("check", "a.toml", "a-priors.toml", "--strict").code == 0


def test_xdsl_has_the_rows_that_genie_means(desk: Desk) -> None:
    """In XDSL the first parent varies slowest; nodes that their parents determine are tables of 0 and 1."""
    assert imported(desk, "clinic.xdsl", XDSL)[0] == 0
    assessment = read_pair(desk.folder / "clinic.toml", desk.folder / "clinic-priors.toml")
    assert assessment.scenario.title == "Chest clinic"
    assert assessment.scenario.events["dysp"].title == "Shortness of breath & more"
    given = assessment.conditioned_on({"either=Absent": True, "bronc=Present": True})
    estimates = exact(given, seed=1).all_estimates
    assert estimates["event", "dysp=Present"].value == pytest.approx(0.8)
    assert estimates["event", "both"].value == 0


def test_net_and_uai_are_read(desk: Desk) -> None:
    """NET has labels and comments, UAI neither names nor states."""
    assert imported(desk, "boats.net", NET)[0] == 0
    boats = read_pair(desk.folder / "boats.toml", desk.folder / "boats-priors.toml")
    assert boats.scenario.events["wind"].title == "Wind at sea"
    assert exact(boats, seed=1).headline.value == pytest.approx(0.7 * 0.9 + 0.3 * 0.2)
    assert imported(desk, "plain.uai", UAI)[0] == 0
    plain = read_pair(desk.folder / "plain.toml", desk.folder / "plain-priors.toml")
    assert exact(plain, seed=1).all_estimates["event", "x1=2"].value == pytest.approx(0.25 * 0.7)


@pytest.mark.parametrize("name", FORMATS)
def test_an_export_that_is_imported_has_the_same_probabilities(desk: Desk, name: str) -> None:
    """Export and import keep the probability of every event before the evidence."""
    ending = FORMATS[name].endings[0]
    assert desk.run("export", f"asia{ending}", "--scenario", "asia", "--priors", "textbook").code == 0
    assert desk.run("import", f"asia{ending}").code == 0
    again = exact(read_pair(desk.folder / "asia.toml", desk.folder / "asia-priors.toml"), seed=1)
    blind = load("asia", "textbook").assessment
    blind = blind.without_evidence(blind.scenario.evidence)
    first = exact(blind, seed=1)
    values = [estimate.value for (kind, _), estimate in first.all_estimates.items() if kind == "event"]
    others = [estimate.value for (kind, _), estimate in again.all_estimates.items() if kind == "event"]
    assert sorted(others) == pytest.approx(sorted(values), abs=1e-12)


def test_the_weight_of_evidence_does_not_stop_an_export(desk: Desk) -> None:
    """However uncertain it is: what was observed is left out of the file."""
    names = {"asia.toml": find_scenario("asia"), "textbook.toml": find_prior_set("textbook", "asia")}
    item = '[evidence.cough]\nkind = "indicator"\nabout = "bronchitis"\nsupports = "yes"\ntitle = "A cough"\n'
    more = {
        "asia.toml": f'{item}source = "lauritzen-spiegelhalter"\n',
        "textbook.toml": "[evidence]\ncough = { p05 = 1.5, p95 = 4 }\n",
    }
    for name, path in names.items():
        desk.write(name, f"{path.read_text(encoding='utf-8')}\n{more[name]}")
    assert desk.run("export", "a.bif", "--scenario", "asia.toml", "--priors", "textbook.toml").code == 0
    assert desk.run("export", "b.bif", "--scenario", "asia", "--priors", "textbook").code == 0
    assert (desk.folder / "a.bif").read_bytes() == (desk.folder / "b.bif").read_bytes()


def test_an_export_names_the_inputs_that_are_uncertain(desk: Desk) -> None:
    """Uncertain rows are an error that names them; --means exports their means, of tables alone."""
    refused = desk.run("export", "asia.bif", "--scenario", "asia", "--priors", "uncertain")
    assert (refused.code, "13 inputs are uncertain" in refused.err) == (2, True), refused.err
    assert "tables.smoker.none" in refused.err
    assert not (desk.folder / "asia.bif").exists()
    assert desk.run("export", "asia.bif", "--scenario", "asia", "--priors", "uncertain", "--means").code == 0
    assert "table 0.5, 0.5;" in (desk.folder / "asia.bif").read_text(encoding="utf-8")
    factors = desk.run("export", "f.bif", "--scenario", "ferry.toml", "--priors", "mate.toml", "--means")
    assert (factors.code, "factors.weather" in factors.err) == (2, True)


def test_a_format_that_contradicts_the_ending_is_an_error(desk: Desk) -> None:
    """The ending names the format; --to does where the file has none."""
    asia = ("--scenario", "asia", "--priors", "textbook")
    refused = desk.run("export", "asia.bif", "--to", "net", *asia)
    assert (refused.code, "the ending of this file means the format bif" in refused.err) == (2, True)
    assert desk.run("export", "asia.txt", *asia).code == 2
    assert desk.run("export", "asia", "--to", "net", *asia).code == 0
    assert (desk.folder / "asia").read_text(encoding="utf-8").startswith("net")


def test_what_is_certain_needs_no_sampler(desk: Desk) -> None:
    """A fit of constants computes one exact value, and neither samples nor confirms it."""
    done = desk.run("fit", "--scenario", "asia", "--priors", "textbook", "--format", "json")
    assert (done.code, done.err) == (0, "")
    result = json.loads(done.out)
    assert {name: fit["draws"] for name, fit in result["fits"].items()} == {"importance": 1}
    assert result["outcomes"]["bronchitis"]["posterior"]["se"] == 0
    assert "Computed exactly" in desk.run("report", "latest", "--format", "md").out


def test_a_list_of_a_bif_table_has_the_node_slowest(desk: Desk) -> None:
    """Behind `table`, all numbers of the first state of the node come first."""
    listed = ALARM.replace("(yes) 0.2, 0.3, 0.5;\n  (no) 1, 0, 0;", "table 0.2, 1, 0.3, 0, 0.5, 0;")
    assert imported(desk, "rows.bif", ALARM)[0] == imported(desk, "listed.bif", listed)[0] == 0
    rows, again = ((desk.folder / f"{name}-priors.toml").read_text(encoding="utf-8") for name in ("rows", "listed"))
    assert again.replace("listed", "rows") == rows


@pytest.mark.parametrize("name", ["bif", "xmlbif", "xdsl", "net"])
def test_states_come_back_in_their_order(desk: Desk, name: str) -> None:
    """A network that is imported, exported and imported again keeps the states of its nodes and their probabilities."""
    assert imported(desk, "alarm.bif", ALARM)[0] == 0
    ending = FORMATS[name].endings[0]
    assert desk.run("export", f"again{ending}", "--priors", "alarm-priors.toml").code == 0
    assert desk.run("import", f"again{ending}").code == 0
    found = [
        exact(read_pair(desk.folder / f"{name}.toml", desk.folder / f"{name}-priors.toml"), seed=1)
        for name in ("alarm", "again")
    ]
    first, again = ([e.value for (kind, _), e in each.all_estimates.items() if kind == "event"] for each in found)
    assert again == pytest.approx(first, abs=1e-12)


CONDITIONAL = """
[scenario]
id = "fire"
title = "Fire"
question = "How bad is the fire?"
as_of = 2026-01-01
until = 2027-01-01
headline = "bad"

[events.fire]
title = "There is a fire"
form = "rate"

[events.damage]
title = "The damage"
given = ["fire"]
states = ["small", "large", "awful"]
drivers = { guards = { lowers = ["awful"] } }

[events.guards]
title = "Guards are there"

[outcomes.bad]
title = "Awful damage"
all = ["damage=awful"]
"""
CONDITIONAL_PRIORS = """
[prior_set]
name = "warden"
analyst = "The warden"
scenario = "fire"

[events]
fire = 0.3
guards = 0.6
damage = { small = 0.5, large = 0.3, awful = 0.2 }

[effects.damage]
guards = 4
"""


@pytest.mark.parametrize("name", ["bif", "xdsl", "net"])
def test_conditions_rates_and_drivers_become_tables(desk: Desk, name: str) -> None:
    """An event of any form is exported as its table; that its condition is not met is a state of its own."""
    desk.write("fire.toml", CONDITIONAL)
    desk.write("warden.toml", CONDITIONAL_PRIORS)
    before = exact(read_pair(desk.folder / "fire.toml", desk.folder / "warden.toml"), seed=1).all_estimates
    assert desk.run("export", f"out.{name}", "--priors", "warden.toml").code == 0
    assert desk.run("import", f"out.{name}").code == 0
    after = exact(read_pair(desk.folder / "out.toml", desk.folder / "out-priors.toml"), seed=1).all_estimates
    for event in ("fire", "guards", "damage=small", "damage=large", "damage=awful"):
        assert after["event", event].value == pytest.approx(before["event", event].value, abs=1e-12)
    assert after["event", "damage=not_met"].value == pytest.approx(1 - before["event", "fire"].value)
