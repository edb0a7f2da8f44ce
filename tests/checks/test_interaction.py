"""Other medicines by name and class, in both directions, before the plan and within it."""

from datetime import date

import pytest

from builders import (
    DRUG,
    START,
    TABLETS,
    answers,
    course,
    formulary,
    plan_of,
    plan_with,
    review_of,
    source_data,
    step,
    tablet,
)
from taper import Formulary, Patient, Reason, Source, check, realize
from taper.knowledge.class_lists import ClassList
from taper.knowledge.reading import read_monograph
from taper.people.patient import Medication
from taper.products.product import Product

OPIOID = {"source": "a", "with_names": ["opioid"], "action": "avoid", "what": "sedation"}
WAIT = {"source": "a", "with_names": ["maoi"], "action": "contraindicated", "what": "not within", "within": "14 days"}

WITH_OTHER = {"source": "a", "with_names": ["other"], "action": "avoid", "what": "more of both"}


def other_monograph(**sections):
    data = {"drug": "otheramine", "synonyms": ["Otherex"], "reviewed_on": date(2026, 11, 22), "classes": ["opioid"]}
    sources = {"sources": {"b": source_data("Institute b")}} if sections else {}
    return read_monograph(data | sources | sections, where="other")


def held(*facts, other=None):
    own = formulary(interactions=list(facts)).monograph(DRUG)
    return Formulary([own, *([other] if other else [])])


def met(*facts, medications=(), as_needed=(), other=None, plan=None, products=TABLETS, **more):
    facts_given = {"medications": medications, "as_needed": as_needed} | more.pop("patient", {})
    person = Patient.read(
        {key: list(value) if isinstance(value, tuple) else value for key, value in facts_given.items()}
    )
    plan = plan or plan_of(step("5 mg", "7 days"))
    return answers(review_of(plan, held(*facts, other=other), person, products=products, **more), "interaction")


class TestNames:
    @pytest.mark.parametrize("name", ["opioid", "Opioid", "opioids", " opioid "])
    def test_a_class_is_known_however_it_is_written(self, name):
        found, gaps, *_ = met(OPIOID, medications=(name.strip(),))
        assert (len(found), gaps) == (1, [])

    def test_a_drug_of_the_formulary_goes_by_its_classes_and_brands(self):
        assert met(OPIOID, medications=("Otherex",), other=other_monograph())[0][0].value == "Otherex"

    def test_a_narrower_class_lies_in_the_wider(self):
        wide = OPIOID | {"with_names": ["cns-depressant"]}
        assert met(wide, medications=("opioid",))[0]
        assert not met(OPIOID, medications=("cns-depressant",))[0]

    @pytest.mark.parametrize("given", ["medications", "as_needed"])
    def test_either_list_of_medicines_is_read_where_the_other_is_not_given(self, given):
        person = Patient.read({given: ["opioid"]})
        found, (gap,), *_ = answers(review_of(plan_of(step("5 mg", "7 days")), held(OPIOID), person), "interaction")
        missing = {"medications": "the list of medicines taken as needed", "as_needed": "the list of other medicines"}
        assert ([item.value for item in found], gap.missing) == (["opioid"], missing[given])

    def test_a_medicine_of_unknown_class_is_not_assessed_and_never_clear(self):
        found, gaps, clear, _ = met(OPIOID, medications=("newdrug",))
        assert (found, clear) == ([], [])
        assert "'newdrug' is a name that no list on file knows" in gaps[0].missing
        assert gaps[0].reason is Reason.NAME

    def test_the_caller_may_give_the_classes(self):
        assert met(OPIOID, medications=({"name": "newdrug", "classes": ["opioid"]},))[0]
        found, gaps, clear, _ = met(OPIOID, medications=({"name": "newdrug", "classes": ["nitrate"]},))
        assert (found, gaps, len(clear)) == ([], [], 1)

    def test_the_drug_itself_is_no_other_medicine(self):
        assert met(OPIOID | {"with_names": [DRUG]}, medications=(DRUG,))[0] == []

    def test_every_class_that_shipped_data_gives_is_known_as_one(self):
        shipped = Formulary.shipped()
        given = {name for drug in shipped.drugs for name in shipped.monograph(drug).classes}
        assert [name for name in sorted(given) if not shipped.classes.holds(name)] == []


def listing(name="opioid", *drugs, grade="A"):
    """A list of the members of a class, with a source made for the test."""
    source = Source.read(source_data("Institute l", grade) | {"id": "l"})
    return ClassList(name=name, members={drug: f"row {drug}" for drug in drugs}, source=source)


class TestListed:
    """A medicine without a monograph goes by the lists that name it, and no further."""

    def met(self, *facts, lists, medications=("listamine",), **more):
        own = formulary(interactions=list(facts)).monograph(DRUG)
        person = Patient.read({"medications": list(medications), "as_needed": []} | more)
        held = Formulary([own], class_lists=lists)
        return answers(review_of(plan_of(step("5 mg", "7 days")), held, person), "interaction")

    def test_a_list_makes_it_one_of_its_class_and_is_named_in_the_finding(self):
        (finding,), gaps, clear, _ = self.met(OPIOID, lists=[listing("opioid", "listamine")])
        assert finding.note == "opioid by Institute l, row listamine"
        assert finding.message.endswith("avoid: sedation (opioid by Institute l, row listamine).")
        assert (finding.value, gaps, clear) == ("listamine", [], [])

    def test_a_wider_class_is_met_by_way_of_the_narrower(self):
        wide = OPIOID | {"with_names": ["cns-depressant", "opioid"]}
        (finding,), gaps, *_ = self.met(wide, lists=[listing("opioid", "listamine")])
        assert (gaps, "(opioid by" in finding.message) == ([], True)

    def test_a_medicine_that_the_source_names_itself_needs_no_list(self):
        fact = OPIOID | {"with_names": ["opioid", "listamine"]}
        (finding,), *_ = self.met(fact, lists=[listing("opioid", "listamine")])
        assert " by Institute l" not in finding.message

    def test_a_class_that_no_list_gives_it_stays_open_and_nothing_is_clear(self):
        nitrate = OPIOID | {"source": "b", "with_names": ["nitrate"]}
        mild = OPIOID | {"action": "caution"}
        (finding,), (gap,), clear, _ = self.met(mild, nitrate, lists=[listing("opioid", "listamine")])
        assert (finding.source.id, clear) == ("a", [])
        assert gap.missing == ("no list on file settles whether listamine is one of: nitrate (Institute b, 2026)")

    def test_the_classes_of_a_medicine_without_codes_are_a_question_also_where_no_label_was_read(self):
        own = formulary(interactions=[OPIOID], sources={"a": {"read_whole": [], "sections": {}}}).monograph(DRUG)
        person = Patient.read({"medications": ["listamine"], "as_needed": []})
        listed = Formulary([own], class_lists=[listing("nitrate", "listamine")])
        found, gaps, clear, _ = answers(review_of(plan_of(step("5 mg", "7 days")), listed, person), "interaction")
        assert (found, clear) == ([], [])
        assert [gap.reason for gap in gaps] == [Reason.UNREAD, Reason.CLASSES]
        assert gaps[1].missing.startswith("no list on file settles whether listamine is one of: opioid")

    def test_classes_that_the_caller_gives_add_to_what_lists_say_and_settle_nothing_else(self):
        nitrate = OPIOID | {"source": "b", "with_names": ["nitrate"]}
        given = {"name": "listamine", "classes": ["calcium-channel-blocker"]}
        mild = OPIOID | {"action": "caution"}
        found, gaps, clear, _ = self.met(mild, nitrate, lists=[listing("opioid", "listamine")], medications=[given])
        assert (len(found), len(gaps), clear) == (1, 1, [])

    def test_a_listed_medicine_is_clear_of_a_source_that_names_no_class(self):
        named = OPIOID | {"with_names": ["digoxin"]}
        found, gaps, clear, _ = self.met(
            named, lists=[listing("digoxin", "listamine-b"), listing("digoxin", "digoxin")]
        )
        assert (found, len(gaps), clear) == ([], 1, []), "listamine itself is in neither list"
        lists = [listing("digoxin", "othername")]
        found, gaps, clear, _ = self.met(named, lists=lists, medications=("othername",))
        assert (len(found), gaps, clear) == (1, [], [])

    def test_another_name_leads_on_to_the_lists_of_the_first(self):
        lists = [listing("opioid", "listamine"), listing("listamine", "listamin"), listing("listamin", "listamine")]
        (finding,), gaps, *_ = self.met(OPIOID, lists=lists, medications=("listamin",))
        assert (finding.value, gaps) == ("listamin", [])
        assert "(opioid by Institute l, row listamine)" in finding.message

    def test_a_drug_of_the_plan_goes_by_its_lists_too(self):
        other = other_monograph(interactions=[OPIOID | {"source": "b", "with_names": ["nitrate"]}])
        own = formulary(interactions=[OPIOID]).monograph(DRUG)
        person = Patient(medications=(Medication(name="otheramine"),), as_needed=())
        held = Formulary([own, other], class_lists=[listing("nitrate", DRUG)])
        found, *_ = answers(review_of(plan_of(step("5 mg", "7 days")), held, person), "interaction")
        assert {finding.source.id for finding in found} == {"a", "b"}


class TestAtADose:
    """What a source says of a dose of the drug beside another medicine."""

    def test_a_source_that_speaks_from_a_dose_says_nothing_below_it(self):
        fact = OPIOID | {"from_daily_dose": "6 mg"}
        assert met(fact, medications=("opioid",))[0] == []
        assert len(met(OPIOID | {"from_daily_dose": "5 mg"}, medications=("opioid",))[0]) == 1

    def test_the_part_of_the_usual_dose_is_said(self):
        fact = OPIOID | {"action": "adjust", "fraction": "1/2"}
        assert met(fact, medications=("opioid",))[0][0].message.startswith("Testamine")
        assert "adjust to 1/2 of the usual dose: sedation" in met(fact, medications=("opioid",))[0][0].message

    @pytest.mark.parametrize(("action", "found", "clear"), [("adjust", 0, 1), ("caution", 1, 0)])
    def test_a_dose_within_the_largest_allowed_is_clear_but_for_what_needs_care(self, action, found, clear):
        fact = OPIOID | {"action": action, "maximum": "5 mg"}
        findings, gaps, clears, _ = met(fact, medications=("opioid",))
        assert (len(findings), gaps, len(clears)) == (found, [], clear)
        assert [item.severity for item in findings] == ["moderate"] * found

    @pytest.mark.parametrize("action", ["adjust", "caution"])
    def test_a_dose_above_the_largest_allowed_is_found_once_and_never_clear(self, action):
        findings, gaps, clears, _ = met(OPIOID | {"action": action, "maximum": "4 mg"}, medications=("opioid",))
        assert ([(item.severity, item.value) for item in findings], gaps, clears) == ([("high", "5 mg/day")], [], [])


class TestOtherWayRound:
    def test_what_the_sources_of_the_other_medicine_say_counts(self):
        other = other_monograph(interactions=[OPIOID | {"source": "b", "with_names": [DRUG]}])
        (finding,), *_ = met(medications=("otheramine",), other=other)
        assert (finding.drug, finding.source.id) == (DRUG, "b")

    def test_what_they_say_of_something_else_does_not(self):
        fact = OPIOID | {"source": "b", "with_names": ["nitrate"]}
        assert met(medications=("otheramine",), other=other_monograph(interactions=[fact]))[0] == []

    def test_what_they_say_of_one_form_of_it_does_not(self):
        fact = OPIOID | {"source": "b", "with_names": [DRUG], "forms": ["capsule"]}
        assert met(medications=("otheramine",), other=other_monograph(interactions=[fact]))[0] == []


class TestWaiting:
    @pytest.mark.parametrize(("until", "found"), [("2027-02-15", 1), ("2027-02-14", 0)])
    def test_the_last_day_of_the_wait_counts(self, until, found):
        assert len(met(WAIT, medications=({"name": "maoi", "until": until},), start=START)[0]) == found

    def test_the_day_that_the_facts_describe_stands_in_for_a_start(self):
        told = met(WAIT, medications=({"name": "maoi", "until": "2027-02-20"},), patient={"as_of": "2027-03-01"})
        assert told[0][0].limit == "14 days"

    def test_a_medicine_that_is_still_taken_at_the_start_is_met(self):
        (finding,), *_ = met(WAIT, medications=({"name": "maoi", "until": "2027-03-02"},), start=START)
        assert "taken until 2027-03-02" in finding.message

    def test_a_source_without_a_wait_says_nothing_of_what_was_stopped(self):
        found, gaps, clear, _ = met(OPIOID, medications=({"name": "opioid", "until": "2027-02-28"},), start=START)
        assert (found, gaps, len(clear)) == ([], [], 1)


class TestWithinAPlan:
    PRODUCTS = (*TABLETS, Product.read({"id": "o5", "drug": "otheramine", "form": "tablet", "strength": "5 mg"}))

    def planned(self, fact, **second):
        plan = plan_with(
            course(step("5 mg", "7 days"), starts_on_day=22),
            course(step("5 mg", "7 days"), drug="otheramine", **second),
        )
        other = other_monograph()
        return met(fact, plan=plan, products=self.PRODUCTS, other=other)

    def test_courses_meet_on_the_days_they_share(self):
        (finding,), *_ = self.planned(OPIOID, starts_on_day=25)
        assert (finding.day, finding.last_day, finding.value) == (25, 28, "otheramine")

    def test_courses_one_after_the_other_do_not_meet(self):
        assert self.planned(OPIOID)[0] == []

    def test_a_source_for_a_sex_that_is_not_known_is_a_question(self):
        found, gaps, *_ = self.planned(OPIOID | {"sex": "female"}, starts_on_day=25)
        assert found == []
        assert [gap.facts for gap in gaps if "patient.sex" in gap.facts] == [("patient.sex",)]

    @pytest.mark.parametrize(("days", "found"), [("15 days", 1), ("14 days", 0)])
    def test_a_wait_after_a_course_is_counted_in_days(self, days, found):
        wait = WAIT | {"with_names": ["opioid"], "within": f"{days}"}
        assert len(self.planned(wait)[0]) == found

    @pytest.mark.parametrize(("starts", "found"), [(33, 1), (42, 1), (43, 0)])
    def test_a_wait_after_the_drug_is_counted_until_the_other_is_begun(self, starts, found):
        wait = WAIT | {"with_names": ["opioid"], "within_after": "14 days"}
        told, *_ = self.planned(wait, starts_on_day=starts)
        assert len(told) == found
        if told:
            assert f"was stopped {starts - 28} days before otheramine starts" in told[0].message
            assert (told[0].limit, told[0].day) == ("14 days", starts)

    def test_a_wait_after_the_drug_adds_nothing_to_days_on_which_both_are_taken(self):
        told, *_ = self.planned(WAIT | {"with_names": ["opioid"], "within_after": "14 days"}, starts_on_day=25)
        assert [(item.day, item.last_day) for item in told] == [(25, 28)]

    def test_an_open_course_meets_all_that_comes(self):
        plan = plan_with(
            course(step("5 mg"), then="continue"),
            course(step("5 mg"), then="continue", drug="otheramine", starts_on_day=5),
        )
        (finding,), *_ = met(OPIOID, plan=plan, products=self.PRODUCTS, other=other_monograph())
        assert (finding.day, finding.last_day) == (5, None)


@pytest.mark.parametrize(
    ("action", "severity"),
    [("contraindicated", "high"), ("avoid", "high"), ("adjust", "moderate"), ("caution", "moderate")],
)
def test_harm_follows_the_sources_word(action, severity):
    assert met(OPIOID | {"action": action}, medications=("opioid",))[0][0].severity == severity


def test_advice_for_an_age_needs_the_age():
    fact = OPIOID | {"age_from": 65}
    assert "age (this" in met(fact, medications=("opioid",))[1][0].missing
    assert met(fact, medications=("opioid",), patient={"age": 64})[0] == []
    assert met(fact, medications=("opioid",), patient={"age": 65})[0]


def test_without_a_source_it_is_not_assessed():
    assert met(medications=("opioid",))[1][0].missing == "interactions, with opioid: not read in full"


class TestDaysTogether:
    """Two drugs of a plan meet on the days on which both are taken."""

    def met(self, *courses, **more):
        other = [tablet("5 mg", id="o5", drug="other")]
        made = realize(plan_with(*courses), [*TABLETS, *other], formulary=formulary(interactions=[WITH_OTHER | more]))
        return answers(check(made, Patient.read({"medications": [], "as_needed": []})), "interaction")[0]

    def own(self, first, last, **more):
        return course(step("5 mg", f"{last - first + 1} days"), id=f"d{first}", starts_on_day=first, **more)

    def other(self, first, last, **more):
        return self.own(first, last, drug="other", **more) | {"id": f"o{first}"}

    def test_between_two_courses_they_do_not_meet(self):
        assert self.met(self.own(1, 10), self.own(40, 49), self.other(20, 29)) == []

    def test_each_stretch_of_days_is_its_own(self):
        found = self.met(self.own(1, 10), self.own(40, 49), self.other(5, 45))
        assert [(item.day, item.last_day) for item in found] == [(5, 10), (40, 45)]

    def test_courses_that_touch_are_one(self):
        found = self.met(self.own(1, 10), self.own(11, 20), self.own(12, 15), self.other(5, 18))
        assert [(item.day, item.last_day) for item in found] == [(5, 18)]

    def test_what_was_taken_before_counts_until_its_course_begins(self):
        found = self.met(self.own(20, 29, before={"regimen": {"noon": "5 mg"}}), self.other(1, 10))
        assert [(item.day, item.last_day) for item in found] == [(1, 10)]

    def test_without_an_end_both_go_on(self):
        going = course(step("5 mg"), id="d", then="continue")
        found = self.met(self.own(1, 3), going, course(step("5 mg"), id="o", drug="other", then="continue"))
        assert [(item.day, item.last_day) for item in found] == [(1, None)]

    def test_a_time_to_wait_counts_from_the_last_day_before(self):
        found = self.met(self.other(1, 5), self.own(10, 12), self.other(30, 33), within="7 days")
        assert [(item.day, item.happens) for item in found] == [(10, "testamine starts 5 days after other was stopped")]


@pytest.mark.parametrize(("until", "found"), [("2027-02-14", 0), ("2027-02-15", 1), ("2027-02-28", 1)])
def test_a_wait_after_another_medicine_that_its_own_source_names_counts_from_its_stop(until, found):
    other = other_monograph(interactions=[WAIT | {"source": "b", "with_names": [DRUG], "within_after": "14 days"}])
    told, *_ = met(other=other, medications=({"name": "otheramine", "until": until},), start=START)
    assert [item.limit for item in told] == ["14 days"] * found


def test_fluoxetine_lasts_for_five_weeks():
    plan = plan_of(step("5 mg", "7 days"), drug="thioridazine")
    shipped = Formulary.shipped()
    product = Product.read({"id": "t5", "drug": "thioridazine", "form": "tablet", "strength": "5 mg"})
    both = Formulary([shipped.monograph("fluoxetine"), formulary(drug="thioridazine").monograph("thioridazine")])
    for until, found in (("2027-01-24", 0), ("2027-01-25", 1)):
        person = Patient.read({"medications": [{"name": "fluoxetine", "until": until}], "as_needed": []})
        review = check(realize(plan, [product], formulary=both), person, start=START)
        assert len([item for item in review.findings if item.rule == "interaction"]) == found


def test_the_drug_itself_is_asked_after_unless_it_was_stopped():
    plan, held = plan_of(step("5 mg", "7 days")), formulary(interactions=[WITH_OTHER])
    for listed, asked in ((["testamine"], 1), ([{"name": "testamine", "until": "2027-02-01"}], 0)):
        person = Patient.read({"medications": listed, "as_needed": [], "as_of": "2027-03-01"})
        gaps = answers(review_of(plan, held, person), "interaction")[1]
        assert len([gap for gap in gaps if "is taken beside the plan's testamine" in gap.missing]) == asked
