"""Every shipped figure that cites a label record stands in the text of that record, beside the words that fit.

It runs where the records are: in `shared/labels` beside the project, or where TAPER_LABELS says. Elsewhere it is
skipped and says so. A figure that no such search can find is listed with the reason; one that can be found fails.
"""

import random
import re
import tomllib
from collections.abc import Iterator
from copy import deepcopy
from fractions import Fraction
from functools import cache
from importlib import resources

import pytest

from labels.figures import Figure, cited_figures, unsupported
from labels.label_text import NOT_HERE, labels_folder, records, section_text

FOLDER = labels_folder()
pytestmark = pytest.mark.skipif(FOLDER is None, reason=NOT_HERE)
DRUGS = {
    file.name.removesuffix(".toml"): tomllib.loads(file.read_text("utf-8"))
    for file in sorted((resources.files("taper") / "data" / "drugs").iterdir(), key=lambda file: file.name)
}

_SUM = "the label gives so many weeks, and as many more if it did not heal"
_DOUBLED = "the label doubles every two weeks, and the steps are that written out"
_STEPS = "the label adds 25 mg, then 50 mg, every 3 days, and the steps are that written out"
_TABLE = "the label has it in a table whose cells hold no unit"
TOLD_OTHERWISE = {
    ("buprenorphine", "titrations.steps.times_per_day", "1"): "given by days, once each",
    ("clonazepam", "starts.times_per_day", "3"): "printed as 1.5 mg a day divided into three doses",
    (
        "dexamethasone",
        "starts.dose",
        "2 mg",
    ): "called maintenance by the label, of a use for which it names no first dose",
    ("dexamethasone", "starts.times_per_day", "3"): "the same",
    ("esomeprazole", "durations.high", "16 weeks"): _SUM,
    ("lansoprazole", "durations.high", "16 weeks"): _SUM,
    ("pantoprazole", "durations.high", "16 weeks"): _SUM,
    ("levothyroxine", "half_lives.note", "6 to 7 days"): _TABLE,
    ("lorazepam", "titrations.steps.total_up_to", "3 mg"): "printed as an initial dose, with the increases further on",
    ("memantine", "titrations.steps[2].from_day", "15"): "the label gives the steps and at least a week between them",
    ("methylprednisolone", "ceilings.limit", "160 mg"): "printed as 200 mg of prednisolone, with the ratio of the two",
    ("metoprolol-succinate", "starts.times_per_day", "1"): "once daily is said of the product, and not beside the dose",
    ("metoprolol-succinate", "titrations.steps[1].from_day", "15"): _DOUBLED,
    ("metoprolol-succinate", "titrations.steps[2].from_day", "29"): _DOUBLED,
    ("metoprolol-succinate", "titrations.steps[3].from_day", "43"): _DOUBLED,
    ("metoprolol-tartrate", "starts.times_per_day", "2"): "printed as 100 mg a day in two divided doses",
    ("metoprolol-tartrate", "titrations.steps.times_per_day", "4"): "printed as 50 mg every 6 hours",
    ("olanzapine", "interactions.what", "400 mg"): "printed as 200 mg twice a day",
    ("prednisolone", "starts.dose", "5 mg"): "printed after the volumes of four solutions",
    ("sildenafil", "starts.times_per_day", "1"): "printed as the highest frequency, and not beside the dose",
    ("tizanidine", "half_lives.note", "2 hours"): "printed with a fraction sign, of two capsules of 4 mg",
    ("tizanidine", "half_lives.note", "8 mg"): "printed as two capsules of 4 mg",
    ("topiramate", "titrations.steps.times_per_day", "2"): "a column for the morning and one for the evening",
    ("tramadol", "titrations.steps.total", "75 mg"): _STEPS,
    ("tramadol", "titrations.steps.total", "150 mg"): _STEPS,
    ("tramadol", "titrations.steps.times_per_day", "2"): _STEPS,
    ("tramadol", "titrations.steps.times_per_day", "3"): _STEPS,
    ("tramadol", "titrations.steps[2].from_day", "7"): _STEPS,
    ("tramadol", "titrations.steps[4].from_day", "13"): _STEPS,
    ("tramadol", "half_lives.note", "13"): "printed in another chapter than the half-lives beside it",
    ("tramadol", "half_lives.note", "10.6"): _TABLE,
}


def labels_of(drug: str) -> dict[str, str]:
    held = records(FOLDER)
    sources = DRUGS[drug]["sources"].items()
    return {name: source["set_id"] for name, source in sources if source.get("set_id") in held}


def key_of(drug: str, figure: Figure) -> tuple[str, str, str]:
    return drug, re.sub(r"^(\w+)\[\d+\]", r"\1", figure.where), figure.value


def missing(drug: str, body: dict) -> list[Figure]:
    """The figures of some entries of a drug file that the labels they cite do not hold in words the check knows."""
    ids = labels_of(drug)
    return unsupported(cited_figures(body, ids), lambda source, name: section_text(FOLDER, ids[source], name))


@cache
def absent_of(drug: str) -> list[Figure]:
    return missing(drug, DRUGS[drug])


CITING = [drug for drug in DRUGS if FOLDER is not None and labels_of(drug)]


@pytest.mark.parametrize("drug", CITING)
def test_every_figure_stands_in_the_label_it_cites(drug):
    absent = [
        f"{one.where} = {one.value} ({one.source}; {', '.join(one.sections[:4])})"
        for one in absent_of(drug)
        if key_of(drug, one) not in TOLD_OTHERWISE
    ]
    assert not absent, f"{drug}: read the label whole, then mend the figure or say in what words it stands there"


@pytest.mark.parametrize("drug", CITING)
def test_the_version_that_is_cited_is_the_one_at_hand(drug):
    for name, set_id in labels_of(drug).items():
        record, source = records(FOLDER)[set_id], DRUGS[drug]["sources"][name]
        day = record["effective_time"]
        assert str(source["version"]) == record["version"]
        assert "effective" not in source["locator"] or f"{day[:4]}-{day[4:6]}-{day[6:]}" in source["locator"]
        assert source["year"] == int(day[:4])


def test_no_reason_outlives_its_figure():
    met = {key_of(drug, one) for drug in {drug for drug, _, _ in TOLD_OTHERWISE} for one in absent_of(drug)}
    assert met == set(TOLD_OTHERWISE)


_CHANGES = (
    lambda x: 2 * x, lambda x: x / 2, lambda x: 10 * x, lambda x: x / 10,
    lambda x: x + 1, lambda x: x * 3 / 2, lambda x: x + 5, lambda x: max(x - 1, Fraction(1, 2)),
)  # fmt: skip
_NUMBER = re.compile(r"(?<![\w./-])\d+(?:\.\d+)?(?![\w/])")
_NOT_READ = {"id", "name", "code", "system", "locator", "note", "what", "of", "discard_after_opening"}


def changed(value: object, draw: random.Random) -> object:
    """Another number in the place of one, in its own shape; None where there is none."""
    found = _NUMBER.search(str(value)) if isinstance(value, int | str) and not isinstance(value, bool) else None
    if found is None:
        return None
    number = draw.choice(_CHANGES)(Fraction(found[0]))
    if isinstance(value, int) or re.search("day|week|month|year", str(value)):
        number = Fraction(-(-number // 1))
    number += number == Fraction(found[0])
    return int(number) if isinstance(value, int) else f"{value[: found.start()]}{float(number):g}{value[found.end() :]}"


def places(entry: dict, path: tuple = ()) -> Iterator[tuple]:
    """The paths to the numbers of an entry that the label could contradict."""
    for key, value in entry.items():
        for index, item in enumerate(value) if isinstance(value, list) else ():
            if isinstance(item, dict):
                yield from places(item, (*path, key, index))
        if isinstance(value, dict):
            yield from places(value, (*path, key))
        is_ours = (key == "from_day" and value == 1) or (key.startswith("age_") and entry.get("age_assumed"))
        if not isinstance(value, dict | list) and key not in _NOT_READ and not is_ours:
            yield (*path, key)


def told(drug: str, kind: str, entry: dict) -> set[tuple[str, str]]:
    found = missing(drug, {kind: [entry], "sources": DRUGS[drug]["sources"]})
    return {(one.where, one.value) for one in found}


@pytest.mark.no_cover
def test_most_changed_figures_are_noticed(record_property):
    draw, tried, noticed = random.Random(20), 0, 0
    for drug in CITING:
        body, ids = DRUGS[drug], labels_of(drug)
        for kind, entries in body.items():
            for entry in entries if isinstance(entries, list) else ():
                if not isinstance(entry, dict) or entry.get("source") not in ids or draw.random() > 0.12:
                    continue
                for path in places(entry):
                    other = deepcopy(entry)
                    held = other
                    for part in path[:-1]:
                        held = held[part]
                    held[path[-1]] = changed(held[path[-1]], draw)
                    if held[path[-1]] is None or path[-1] == "score":
                        continue
                    tried += 1
                    noticed += bool(told(drug, kind, other) - told(drug, kind, entry))
    record_property("changed figures noticed", f"{noticed} of {tried}")
    assert tried > 100
    assert noticed > 0.7 * tried
