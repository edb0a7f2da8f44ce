"""What was read of labels that are not among the records: single passages, whose figures are written here once more.

A figure stands here as its passage prints it, so that a changed one has to be changed in two places; beside it stands
what a check now answers because of it.
"""

import pytest

from builders import answers, course, plan_with, review_of, step, tablet
from taper import Formulary, Patient
from taper.formats.monograph import to_monograph_text

SHIPPED = Formulary.shipped()

DOSES = [
    ("clobazam", "ceilings", "us-label-onfi-highlights", {"limit": "40 mg", "kind": "highest dose named"}),
    ("clobazam", "starts", "us-label-onfi-highlights", {"dose": "10 mg", "up_to": "None"}),
    ("lithium-carbonate", "ceilings", "us-label-lithium-er-copy", {"limit": "1800 mg", "kind": "recommended dose"}),
    ("amitriptyline", "interactions", "us-label-amitriptyline-mylan-copy", {"within": "14 days"}),
    ("pramipexole", "starts", "de-compendium-hexal-ir", {"dose": "0.088 mg", "times_per_day": "3"}),
    ("pramipexole", "starts", "de-compendium-hexal-er", {"dose": "0.26 mg", "times_per_day": "1"}),
    ("pramipexole", "ceilings", "de-compendium-hexal-er", {"limit": "3.15 mg", "kind": "maximum"}),
    ("pramipexole", "titrations", "de-compendium-hexal-ir", {"increment_high": "0.54 mg", "every_high": "1 week"}),
    ("pramipexole", "titrations", "de-compendium-hexal-er", {"increment_high": "0.52 mg", "every_high": "1 week"}),
]

WORDS = [
    ("clobazam", "ceilings", "us-label-onfi-highlights", ("above 30 kg", "20 mg up to", "more than 5 mg")),
    ("clobazam", "starts", "us-label-onfi-highlights", ("above 30 kg", "5 mg a day")),
    ("lithium-carbonate", "ceilings", "us-label-lithium-er-copy", ("900 to 1200 mg",)),
    ("buspirone", "interactions", "us-label-copy-rxdruglabels", ("4.3 times", "9.2 times", "13 times", "19 times")),
    ("buspirone", "interactions", "us-label-copy-rxdruglabels", ("20 times", "50 times", "2.5 mg once a day")),
    ("buspirone", "interactions", "us-label-copy-globalrph", ("15 percent", "3 to 6 times")),
]

AMITRIPTYLINE, BISOPROLOL = "us-label-amitriptyline-mylan-copy", "ph-mims-bisosten"
PAIRS = [
    ("amitriptyline", "phenelzine", AMITRIPTYLINE, "high"),
    ("amitriptyline", "cisapride", AMITRIPTYLINE, "high"),
    ("bisoprolol", "verapamil", BISOPROLOL, "high"),
    ("bisoprolol", "clonidine", BISOPROLOL, "high"),
    ("bisoprolol", "amlodipine", BISOPROLOL, "moderate"),
    ("bisoprolol", "amiodarone", BISOPROLOL, "moderate"),
    ("buspirone", "phenelzine", "us-label-copy-2016", "high"),
    ("buspirone", "grapefruit", "us-label-copy-rxdruglabels", "high"),
    ("buspirone", "itraconazole", "us-label-copy-rxdruglabels", "moderate"),
    ("buspirone", "nefazodone", "us-label-copy-rxdruglabels", "moderate"),
    ("buspirone", "haloperidol", "us-label-copy-globalrph", "moderate"),
    ("clobazam", "oxycodone", "us-label-onfi-copy", "high"),
]

CONDITIONS = [
    ("amitriptyline", "acute-recovery-phase-of-myocardial-infarction", AMITRIPTYLINE),
    ("hydrocortisone", "systemic-fungal-infection", "us-cortef-2019"),
    ("lithium-carbonate", "heart-failure", "ch-priadel"),
    ("lithium-carbonate", "dehydration", "ch-priadel"),
    ("ropinirole", "hypersensitivity-to-ropinirole", "dailymed-ropinirole-2025"),
]


def facts(drug, kind, source):
    return [fact for fact in getattr(SHIPPED.monograph(drug), kind) if fact.source.id == source]


def words(fact):
    return f"{getattr(fact, 'what', '')} {fact.note or ''}".lower()


def found(drug, rule, person):
    plan = plan_with(course(step("10 mg", "7 days"), drug=drug, before="nothing"))
    products = [tablet("10 mg", drug=drug)]
    return answers(review_of(plan, SHIPPED, Patient.read({"age": 40} | person), products=products), rule)[0]


@pytest.mark.parametrize(("drug", "kind", "source", "said"), DOSES)
def test_a_figure_is_that_of_its_passage(drug, kind, source, said):
    held = [{key: str(getattr(fact, key)) for key in said} for fact in facts(drug, kind, source)]
    assert said in held


@pytest.mark.parametrize(
    ("source", "steps"),
    [
        ("de-compendium-hexal-ir", ["1: 0.264 mg", "8: 0.54 mg", "15: 1.1 mg", "22"]),
        ("de-compendium-hexal-er", ["1: 0.26 mg", "8: 0.52 mg", "15: 1.05 mg", "22"]),
    ],
)
def test_the_steps_are_those_of_the_weeks(source, steps):
    (fact,) = facts("pramipexole", "titrations", source)
    assert [*(f"{each.from_day}: {each.total}" for each in fact.steps), str(fact.increments_from_day)] == steps


@pytest.mark.parametrize(("drug", "kind", "source", "said"), WORDS)
def test_a_figure_in_words_is_that_of_its_passage(drug, kind, source, said):
    text = " ".join(map(words, facts(drug, kind, source)))
    assert [each for each in said if each not in text] == []


@pytest.mark.parametrize(("drug", "other", "source", "severity"), PAIRS)
def test_a_pair_is_found(drug, other, source, severity):
    told = {(each.source.id, str(each.severity)) for each in found(drug, "interaction", {"medications": [other]})}
    assert (source, severity) in told


@pytest.mark.parametrize(("drug", "condition", "source"), CONDITIONS)
def test_a_condition_is_found(drug, condition, source):
    told = [
        (each.source.id, str(each.severity)) for each in found(drug, "contraindication", {"conditions": [condition]})
    ]
    assert (source, "high") in told


def test_what_comes_with_a_liquid_measures_it():
    memantine = SHIPPED.monograph("memantine")
    solution = next(item for item in memantine.products if item.measure_source is not None)
    assert solution.id == "memantine-uk-oral-solution-10mg-per-ml"
    assert (str(solution.smallest_volume), str(solution.graduation)) == ("0.5 mL", "0.5 mL")
    assert str(solution.concentration.dose_in(solution.graduation)) == "5 mg"
    assert solution.measure_source in memantine.sources
    text = " ".join(to_monograph_text(memantine).split())
    assert "measured from 0.5 mL in steps of 0.5 mL by Memantine hydrochloride Torrent 10 mg/ml oral solution" in text


def test_another_measure_is_not_that_of_the_source():
    solution = next(item for item in SHIPPED.products("memantine", market="uk") if item.form.is_liquid)
    assert solution.measured("0.1 mL").measure_source is None
