"""Liver, age, pregnancy and conditions: whom a source is about, its figures, and what is not known."""

import pytest

from builders import answers, course, formulary, plan_of, plan_with, review_of, step
from taper import Formulary, Patient, Reason

LIVER = {"source": "a", "impairment": ["mild", "moderate"], "action": "reduce"}
AGE = {"source": "a", "age_from": 65, "action": "reduce", "what": "less"}


def told(rule, sections, *steps, patient=None, **more):
    plan = plan_of(*(steps or (step("5 mg", "7 days"),)), **{"before": "nothing"} | more)
    return answers(review_of(plan, formulary(**sections), Patient.read(patient or {})), rule)


def liver(*facts, degree="mild", steps=(), patient=None, **more):
    return told("liver", {"liver": list(facts)}, *steps, patient={"liver": degree} | (patient or {}), **more)


def age(*facts, years=70, steps=(), **more):
    return told("age", {"ages": list(facts)}, *steps, patient={"age": years}, **more)


class TestLiver:
    @pytest.mark.parametrize(
        ("action", "severity"),
        [("caution", "low"), ("reduce", "moderate"), ("avoid", "high"), ("contraindicated", "high")],
    )
    def test_harm_follows_the_sources_word(self, action, severity):
        assert liver(LIVER | {"action": action})[0][0].severity == severity

    def test_no_change_is_clear(self):
        assert len(liver(LIVER | {"action": "no change"})[2]) == 1

    def test_a_fraction_is_said(self):
        assert "reduce to 1/2 of the usual dose" in liver(LIVER | {"fraction": "1/2"})[0][0].message

    @pytest.mark.parametrize(("dose", "found"), [("5 mg", 0), ("6 mg", 1)])
    def test_a_maximum_is_compared_day_by_day(self, dose, found):
        assert len(liver(LIVER | {"maximum": "5 mg"}, steps=(step(dose, "7 days"),))[0]) == found

    def test_a_degree_of_which_no_source_speaks_is_not_assessed(self):
        assert "advice on severe liver impairment" in liver(LIVER, degree="severe")[1][0].missing

    def test_advice_for_an_age_needs_the_age(self):
        fact = LIVER | {"age_from": 65}
        assert "age (this" in liver(fact)[1][0].missing
        assert liver(fact, patient={"age": 64}) == ([], [], [], [])
        assert liver(fact, patient={"age": 65})[0]

    def test_without_a_source_only_no_impairment_is_clear(self):
        assert liver()[1]
        assert liver(degree="none")[2]


class TestAge:
    @pytest.mark.parametrize(
        ("action", "severity"),
        [("caution", "low"), ("reduce", "moderate"), ("avoid", "high"), ("not established", "low")],
    )
    def test_harm_follows_the_sources_word(self, action, severity):
        assert age(AGE | {"action": action})[0][0].severity == severity

    @pytest.mark.parametrize(("years", "found"), [(64, 0), (65, 1), (74, 1), (75, 0)])
    def test_a_group_begins_on_its_first_birthday_and_ends_before_its_last(self, years, found):
        assert len(age(AGE | {"age_below": 75}, years=years)[0]) == found

    def test_advice_about_children_says_nothing_of_adults(self):
        fact = {"source": "a", "age_below": 18, "action": "avoid", "what": "not for children"}
        assert age(fact)[0] == []

    def test_advice_below_an_age_of_adults_is_read(self):
        fact = {"source": "a", "age_below": 25, "action": "caution", "what": "watch"}
        assert age(fact, years=24)[0][0].limit == "below 25"
        assert "below age 25" in age(fact | {"action": "reduce", "maximum": "4 mg"}, years=24)[0][0].message

    def test_a_maximum_and_a_first_dose_are_both_compared(self):
        found, *_ = age(AGE | {"maximum": "4 mg", "initial": "2 mg"})
        assert sorted(item.limit for item in found) == ["2 mg/day", "4 mg/day"]

    def test_a_first_dose_of_one_intake_is_not_a_days_total(self):
        day = (step({"morning": "2 mg", "evening": "2 mg"}, "7 days"),)
        assert age(AGE | {"initial": "2 mg", "initial_per": "intake"}, steps=day)[0] == []
        assert age(AGE | {"initial": "2 mg"}, steps=day)[0][0].value == "4 mg/day"

    def test_advice_for_a_sex_that_is_not_known_is_a_question(self):
        found, (gap,), clear, _ = age(AGE | {"sex": "female"})
        assert (found, clear, gap.facts) == ([], [], ("patient.sex",))


class TestConditions:
    def conditions(self, *names, facts=({"source": "a", "condition": "asthma"},)):
        return told("contraindication", {"contraindications": list(facts)}, patient={"conditions": list(names)})

    @pytest.mark.parametrize("name", ["asthma", "Asthma", " asthma"])
    def test_a_condition_is_known_however_it_is_written(self, name):
        assert self.conditions(name.strip())[0][0].value == "asthma"

    def test_a_condition_beside_which_a_source_speaks_of_another_age_is_clear(self):
        younger = {"source": "a", "condition": "asthma", "age_below": 65}
        sections = {"contraindications": [younger]}
        for years, counts in ((64, (1, 0, 0)), (65, (0, 0, 1))):
            person = {"conditions": ["asthma"], "age": years}
            assert tuple(map(len, told("contraindication", sections, patient=person)[:3])) == counts

    def test_a_known_condition_is_clear_of_a_source_that_was_read_in_full_and_names_others(self):
        found, gaps, (clear,), _ = self.conditions("hypothyroidism")
        assert (found, gaps, clear.sections) == ([], [], ("whole",))

    def test_it_is_never_clear_of_one_that_was_not(self):
        fact = {"source": "a", "condition": "asthma"}
        held = formulary(contraindications=[fact], sources={"a": {"read_whole": []}})
        review = review_of(plan_of(step("5 mg", "7 days")), held, Patient(conditions=("hypothyroidism",)))
        found, (gap,), clear, _ = answers(review, "contraindication")
        assert (found, clear, gap.reason) == ([], [], Reason.UNREAD)
        told = "contraindications (not read: whole), hypothyroidism: not read in full (Institute a, 2026)"
        assert gap.missing == told

    def test_beside_a_condition_that_is_found_an_unknown_one_is_still_not_assessed(self):
        found, gaps, clear, _ = self.conditions("asthma", "Vorhofflimmern")
        assert (len(found), [gap.reason for gap in gaps], clear) == (1, [Reason.NAME], [])

    def test_a_condition_is_met_by_what_it_is_a_kind_of(self):
        (finding,), *_ = self.conditions("atrial fibrillation", facts=({"source": "a", "condition": "arrhythmia"},))
        assert "with atrial fibrillation (as arrhythmia)" in finding.message

    def test_a_name_that_leaves_a_narrower_condition_open_is_a_question(self):
        found, (gap,), clear, _ = self.conditions(
            "heart failure", facts=({"source": "a", "condition": "decompensated-heart-failure"},)
        )
        assert (found, clear) == ([], [])
        assert gap.missing.startswith("whether heart failure is decompensated-heart-failure")

    def test_while_a_narrower_condition_is_open_no_other_source_is_clear(self):
        open_one = {"source": "a", "condition": "decompensated-heart-failure"}
        facts = (open_one, {"source": "b", "condition": "epilepsy"})
        found, (gap,), clear, _ = self.conditions("heart failure", facts=facts)
        assert (found, [source.id for source in gap.sources], clear) == ([], ["a"], [])

    def test_a_second_source_is_clear_once_every_condition_is_named_by_one(self):
        facts = ({"source": "a", "condition": "asthma"}, {"source": "b", "condition": "epilepsy"})
        found, gaps, (clear,), _ = self.conditions("asthma", facts=facts)
        assert (found[0].source.id, gaps, clear.source.id) == ("a", [], "b")

    def test_a_condition_that_a_source_names_for_a_sex_needs_the_sex(self):
        fact = {"source": "a", "condition": "asthma", "sex": "female"}
        found, (gap,), clear, _ = self.conditions("asthma", facts=(fact,))
        assert (found, clear, gap.facts) == ([], [], ("patient.sex",))

    @pytest.mark.parametrize("name", ["poor balance", "unsteady balance"])
    def test_a_name_that_shares_a_telling_word_is_offered(self, name):
        facts = ({"source": "a", "condition": "spasticity-needed-for-balance"}, {"source": "a", "condition": "gout"})
        assert self.conditions(name, facts=facts)[1][0].missing.endswith("near names are spasticity-needed-for-balance")

    def test_a_name_that_sources_of_other_drugs_use_is_not_taken_for_its_opposite(self):
        held = Formulary.shipped()
        plan = plan_with(course(step("5 mg", "7 days"), drug="baclofen", form="tablet"))
        review = review_of(plan, held, Patient(conditions=("hypotension",)), products=held.products("baclofen"))
        found, gaps, *_ = answers(review, "contraindication")
        assert (found, [gap for gap in gaps if "hypertension" in gap.missing]) == ([], [])

    def test_a_short_word_in_common_tells_nothing(self):
        facts = ({"source": "a", "condition": "history-of-alcohol-dependence"},)
        assert "near names" not in self.conditions("lack of iron", facts=facts)[1][0].missing

    def test_a_near_name_is_offered(self):
        assert "near names are asthma" in self.conditions("astma")[1][0].missing

    def test_without_a_source_a_condition_is_not_assessed_and_none_is_clear(self):
        assert self.conditions("asthma", facts=())[1][0].reason is Reason.UNREAD
        assert self.conditions(facts=())[2]


def test_breastfeeding_of_which_no_source_that_was_read_speaks_is_not_assessed():
    fact = {"source": "a", "state": "pregnancy", "action": "avoid", "what": "harm"}
    unread = {"a": {"read_whole": []}}
    person = {"pregnant": True, "lactating": True}
    found, (gap,), *_ = told("pregnancy", {"pregnancy": [fact], "sources": unread}, patient=person)
    assert len(found) == 1
    assert gap.reason is Reason.UNREAD


class TestOtherUses:
    """What a source says of another use is never passed over in silence where it is about the person."""

    FOR = {"source": "a", "indications": ["seizures"]}  # noqa: RUF012
    FACTS = (
        ("ages", AGE, {"age": 70}, "age", "advice on this age"),
        ("liver", LIVER, {"liver": "mild"}, "liver", "advice on mild liver impairment"),
        (
            "pregnancy",
            {"state": "pregnancy", "action": "avoid", "what": "not taken"},
            {"pregnant": True},
            "pregnancy",
            "advice on pregnancy",
        ),
        (
            "contraindications",
            {"condition": "asthma", "action": "avoid"},
            {"conditions": ["asthma"]},
            "contraindication",
            "a source on asthma",
        ),
    )

    @pytest.mark.parametrize(("section", "fact", "person", "rule", "words"), FACTS)
    def test_it_is_not_assessed_and_the_other_uses_are_named(self, section, fact, person, rule, words):
        _, open_ones, clear, _ = told(rule, {section: [fact | self.FOR]}, patient=person, indication="spasticity")
        assert [words in gap.missing and "seizures" in gap.missing for gap in open_ones].count(True) == 1
        assert clear == []

    @pytest.mark.parametrize(("section", "fact", "person", "rule", "words"), FACTS)
    def test_for_the_use_it_speaks_of_it_is_found(self, section, fact, person, rule, words):
        found, open_ones, _, _ = told(rule, {section: [fact | self.FOR]}, patient=person, indication="seizures")
        assert len(found) == 1
        assert not [gap for gap in open_ones if words in gap.missing]
