"""What was read of labels that are not among the records: single passages, whose figures are written here once more.

A figure stands here as its passage prints it, so that a changed one has to be changed in two places; beside it stands
what a check now answers because of it.
"""

from datetime import timedelta

import pytest

from builders import START, answers, course, plan_with, review_of, step, tablet
from taper import Formulary, Patient
from taper.formats.monograph import to_monograph_text

SHIPPED = Formulary.shipped()

DOSES = [
    ("clobazam", "ceilings", "us-label-onfi-highlights", {"limit": "40 mg", "kind": "highest dose named"}),
    ("clobazam", "starts", "us-label-onfi-highlights", {"dose": "10 mg", "up_to": "None"}),
    ("lithium-carbonate", "ceilings", "us-label-lithium-er-copy", {"limit": "1800 mg", "kind": "recommended dose"}),
    ("lithium-carbonate", "ceilings", "us-label-lithium-er-copy", {"limit": "1200 mg", "kind": "recommended dose"}),
    ("buspirone", "interactions", "us-label-copy-medlibrary", {"within": "14 days", "within_after": "14 days"}),
    ("amitriptyline", "interactions", "us-label-amitriptyline-mylan-copy", {"within": "14 days"}),
    ("pramipexole", "starts", "de-compendium-hexal-ir", {"dose": "0.088 mg", "times_per_day": "3"}),
    ("pramipexole", "starts", "de-compendium-hexal-er", {"dose": "0.26 mg", "times_per_day": "1"}),
    ("pramipexole", "ceilings", "de-compendium-hexal-er", {"limit": "3.15 mg", "kind": "maximum"}),
    ("pramipexole", "titrations", "de-compendium-hexal-ir", {"increment_high": "0.54 mg", "every_high": "1 week"}),
    ("pramipexole", "titrations", "de-compendium-hexal-er", {"increment_high": "0.52 mg", "every_high": "1 week"}),
]

AMITRIPTYLINE, BISOPROLOL = "us-label-amitriptyline-mylan-copy", "ph-mims-bisosten"

WORDS = [
    ("clobazam", "ceilings", "us-label-onfi-highlights", ("above 30 kg", "20 mg up to", "more than 5 mg")),
    ("clobazam", "starts", "us-label-onfi-highlights", ("above 30 kg", "5 mg a day")),
    ("lithium-carbonate", "ceilings", "us-label-lithium-er-copy", ("900 to 1200 mg",)),
    ("buspirone", "interactions", "us-label-copy-rxdruglabels", ("4.3 times", "9.2 times", "13 times", "19 times")),
    ("buspirone", "interactions", "us-label-copy-rxdruglabels", ("20 times", "50 times", "2.5 mg once a day")),
    ("bisoprolol", "interactions", BISOPROLOL, ("rebound high blood pressure", "verapamil into a vein")),
    ("buspirone", "interactions", "us-label-copy-globalrph", ("15 percent", "3 to 6 times")),
]

PAIRS = [
    ("amitriptyline", "phenelzine", AMITRIPTYLINE, "high"),
    ("amitriptyline", "cisapride", AMITRIPTYLINE, "high"),
    ("bisoprolol", "verapamil", BISOPROLOL, "high"),
    ("bisoprolol", "clonidine", BISOPROLOL, "high"),
    ("bisoprolol", "amlodipine", BISOPROLOL, "moderate"),
    ("bisoprolol", "nifedipine", BISOPROLOL, "moderate"),
    ("bisoprolol", "nifedipine-er", BISOPROLOL, "moderate"),
    ("bisoprolol", "lercanidipine", BISOPROLOL, "moderate"),
    ("bisoprolol", "amiodarone", BISOPROLOL, "moderate"),
    ("buspirone", "phenelzine", "us-label-copy-2016", "high"),
    ("buspirone", "phenelzine", "us-label-copy-2023", "high"),
    ("buspirone", "linezolid", "us-label-copy-medlibrary", "high"),
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
    ("lithium-carbonate", "untreated-hypothyroidism", "ch-priadel"),
    ("lithium-carbonate", "untreated-hypothyroidism", "ie-smpc-priadel-2021"),
    ("lithium-carbonate", "heart-failure", "ie-smpc-priadel-2021"),
    ("lithium-carbonate", "brugada-syndrome", "ie-smpc-priadel-2021"),
    ("clobazam", "myasthenia-gravis", "ie-smpc-frisium-2023"),
    ("clobazam", "sleep-apnea", "ie-smpc-frisium-2023"),
    ("clobazam", "severe-hepatic-insufficiency", "ie-smpc-frisium-2023"),
    ("ropinirole", "hypersensitivity-to-ropinirole", "dailymed-ropinirole-2025"),
]


def facts(drug, kind, source):
    return [fact for fact in getattr(SHIPPED.monograph(drug), kind) if fact.source.id == source]


def words(fact):
    return f"{getattr(fact, 'what', '')} {fact.note or ''}".lower()


def told(drug, rule, person):
    plan = plan_with(course(step("10 mg", "7 days"), drug=drug, before="nothing"))
    products = [tablet("10 mg", drug=drug)]
    return answers(review_of(plan, SHIPPED, Patient.read({"age": 40} | person), products=products), rule)


def found(drug, rule, person):
    return told(drug, rule, person)[0]


@pytest.mark.parametrize(("drug", "kind", "source", "said"), DOSES)
def test_a_figure_is_that_of_its_passage(drug, kind, source, said):
    held = [{key: str(getattr(fact, key)) for key in said} for fact in facts(drug, kind, source)]
    assert said in held


@pytest.mark.parametrize(
    ("source", "steps"),
    [
        ("de-compendium-hexal-ir", ["1: 0.264 mg", "6: 0.54 mg", "11: 1.1 mg", "18"]),
        ("de-compendium-hexal-er", ["1: 0.26 mg", "6: 0.52 mg", "11: 1.05 mg", "18"]),
    ],
)
def test_the_steps_are_those_of_the_shortest_interval(source, steps):
    (fact,) = facts("pramipexole", "titrations", source)
    assert "5 to 7 days" in fact.note
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


def test_treated_hypothyroidism_is_a_question_and_not_a_reason_against_lithium():
    findings, gaps, *_ = told("lithium-carbonate", "contraindication", {"conditions": ["hypothyroidism"]})
    assert not findings
    assert any("whether hypothyroidism is untreated-hypothyroidism" in gap.missing for gap in gaps)
    treated = {"conditions": ["hypothyroidism"], "absent_conditions": ["untreated-hypothyroidism"]}
    findings, gaps, *_ = told("lithium-carbonate", "contraindication", treated)
    assert not any("whether hypothyroidism" in gap.missing for gap in gaps)
    assert not findings


KNOWN = {"dialysis": False, "kidney_stable": True}


@pytest.mark.parametrize(
    ("drug", "figure", "severities"),
    [
        ("lithium-carbonate", {"egfr": "89"}, set()),
        ("lithium-carbonate", {"crcl": "62"}, set()),
        ("lithium-carbonate", {"crcl": "50"}, {("us-compendium", "moderate")}),
        (
            "lithium-carbonate",
            {"crcl": "25"},
            {("us-compendium", "high"), ("ch-priadel", "high"), ("ie-smpc-priadel-2021", "high")},
        ),
        ("clobazam", {"crcl": "75"}, set()),
        ("clobazam", {"crcl": "50"}, {("uk-api-clobazam", "moderate")}),
    ],
)
def test_what_names_no_figure_finds_nothing_at_a_mildly_lower_one(drug, figure, severities):
    findings = found(drug, "kidney", KNOWN | figure)
    assert {(source.id, str(each.severity)) for each in findings for source in each.sources} == severities


def test_a_severely_impaired_liver_is_a_reason_against_clobazam():
    (finding,) = found("clobazam", "liver", {"liver": "severe"})
    assert (finding.source.id, str(finding.severity)) == ("ie-smpc-frisium-2023", "high")
    (finding,) = found("clobazam", "liver", {"liver": "moderate"})
    assert (finding.source.id, str(finding.severity)) == ("uk-api-clobazam", "moderate")


@pytest.mark.parametrize(("days", "is_found"), [(13, True), (15, False)])
def test_buspirone_is_begun_two_weeks_after_a_monoamine_oxidase_inhibitor(days, is_found):
    until = {"name": "phenelzine", "until": (START - timedelta(days=days)).isoformat()}
    plan = plan_with(course(step("10 mg", "7 days"), drug="buspirone", before="nothing"))
    person = Patient.read({"age": 40, "medications": [until]})
    review = review_of(plan, SHIPPED, person, products=[tablet("10 mg", drug="buspirone")], start=START)
    sources = {source.id for each in answers(review, "interaction")[0] for source in each.sources}
    assert ("us-label-copy-medlibrary" in sources) is is_found


@pytest.mark.parametrize(("market", "dose", "sources"), [
    ("uk", "50 mg", set()), ("us", "50 mg", {"us-label-onfi-highlights"}),
    ("uk", "70 mg", {"us-label-onfi-highlights", "uk-api-clobazam"}),
])  # fmt: skip
def test_a_dose_that_another_country_names_is_silent_below_the_own_maximum(market, dose, sources):
    plan = plan_with(course(step(dose, "7 days"), drug="clobazam", before="nothing", indication="seizures"))
    review = review_of(plan, SHIPPED, Patient(age=40), products=[tablet("10 mg", drug="clobazam")], market=market)
    findings, _, clear, *_ = answers(review, "ceiling")
    assert {source.id for each in findings for source in each.sources} == sources
    assert "us-label-onfi-highlights" not in {each.source.id for each in clear}


def test_a_dose_of_lithium_for_mania_is_above_that_of_the_long_term():
    plan = plan_with(course(step("1800 mg", "7 days"), drug="lithium-carbonate", release="extended",
                            before="nothing", indication="bipolar-disorder"))  # fmt: skip
    products = [tablet("450 mg", drug="lithium-carbonate", release="extended")]
    (finding,) = answers(review_of(plan, SHIPPED, Patient(age=40), products=products), "ceiling")[0]
    assert (finding.limit, str(finding.severity)) == ("1200 mg/day", "moderate")
    assert "for bipolar-maintenance" in finding.message


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
