"""Forms of one drug, uses it is not for, and several drugs of one table."""

import pytest

from builders import DRUG, TABLETS, answers, course, formulary, plan_of, plan_with, review_of, source_data, step
from taper import EquivalenceTable, Formulary, Patient, Source
from taper.products.product import Product

CAPSULE = Product.read({"id": "cap5", "drug": DRUG, "form": "capsule", "strength": "5 mg"})
SUBLINGUAL = Product.read({"id": "sub5", "drug": DRUG, "form": "sublingual tablet", "strength": "5 mg"})
OTHER = Product.read({"id": "o5", "drug": "otheramine", "form": "tablet", "strength": "5 mg"})


SWAP = {"source": "a", "between": ["tablet", "capsule"], "what": "taken up differently"}
NOT_FOR = {"source": "a", "use": "spasticity", "instead_of": ["otheramine"], "what": "does not serve"}
LIMIT = {"source": "a", "limit": "20 mg"}


class TestSwap:
    def swapped(self, *facts, second=CAPSULE):
        forms = [course(step("5 mg", "7 days"), id="a", form="tablet", products=["t5mg"]),
                 course(step("5 mg", "7 days"), id="b", products=[second.id], starts_on_day=8)]  # fmt: skip
        held = formulary(interchanges=list(facts), products=[])
        return answers(review_of(plan_with(*forms), held, products=(*TABLETS, second)), "formulation-swap")

    def test_the_source_is_cited_whichever_comes_first(self):
        assert self.swapped(SWAP)[0][0].source.id == "a"
        assert self.swapped(SWAP | {"between": ["capsule", "tablet"]})[0][0].source.id == "a"

    def test_a_source_about_other_forms_is_not_cited(self):
        found, gaps, *_ = self.swapped(SWAP | {"between": ["packet", "oral solution"]})
        assert (found, len(gaps)) == ([], 1)

    def test_a_tablet_kept_in_the_mouth_is_another_thing_than_one_swallowed(self):
        (finding,), *_ = self.swapped(second=SUBLINGUAL)
        assert (finding.severity, finding.source) == ("moderate", None)

    def test_words_that_name_no_form_are_no_question_where_one_kind_of_product_is_taken(self):
        fact = SWAP | {"between": ["three small ones", "one large one"]}
        product = {"id": "t5mg", "form": "tablet", "strength": "5 mg", "source": "a"}
        held = formulary(interchanges=[fact], products=[product])
        found, gaps, clear, _ = answers(review_of(plan_of(step("5 mg", "7 days")), held), "formulation-swap")
        assert (found, gaps, len(clear)) == ([], [], 1)

    def test_words_that_name_no_form_are_a_question_where_two_kinds_are_taken(self):
        vague = SWAP | {"between": ["three small ones", "one large one"]}
        forms = [course(step("5 mg", "7 days"), id="a", form="tablet", products=["t5mg"]),
                 course(step("5 mg", "7 days"), id="b", products=["cap5"], starts_on_day=8)]  # fmt: skip
        product = {"id": "t5mg", "form": "tablet", "strength": "5 mg", "source": "a"}
        held = formulary(interchanges=[vague], products=[product])
        review = review_of(plan_with(*forms), held, products=(*TABLETS, CAPSULE))
        found, gaps, *_ = answers(review, "formulation-swap")
        assert found == []
        assert any("which products three small ones and one large one are" in gap.missing for gap in gaps)

    def test_words_that_name_other_forms_on_file_are_no_question(self):
        fact = SWAP | {"between": ["tablet", "oral solution"]}
        forms = [course(step("5 mg", "7 days"), id="a", form="tablet", products=["t5mg"]),
                 course(step("5 mg", "7 days"), id="b", products=["cap5"], starts_on_day=8)]  # fmt: skip
        liquid = {"id": "sol", "form": "oral solution", "concentration": "5 mg/5 mL", "smallest_volume": "0.1 mL"}
        tablet = {"id": "t5mg", "form": "tablet", "strength": "5 mg"}
        held = formulary(interchanges=[fact], products=[item | {"source": "a"} for item in (liquid, tablet)])
        review = review_of(plan_with(*forms), held, products=(*TABLETS, CAPSULE))
        found, gaps, *_ = answers(review, "formulation-swap")
        assert found == []
        assert not any("which products" in gap.missing for gap in gaps)


class TestNotFor:
    def told(self, plan, patient=None, fact=NOT_FOR):
        held = formulary(not_for=[fact])
        return answers(review_of(plan, held, Patient.read(patient or {}), products=(*TABLETS, OTHER)), "substitution")

    def test_a_drug_that_is_only_added_is_not_in_the_others_place(self):
        other = course(step("5 mg", "7 days"), drug="otheramine", before={"regimen": {"evening": "5 mg"}})
        plan = plan_with(course(step("5 mg", "7 days"), indication="pain"), other)
        assert self.told(plan, {"medications": [], "as_needed": []})[0] == []

    def test_the_other_drug_for_another_use_may_be_replaced(self):
        before = {"regimen": {"evening": "10 mg"}}
        other = course(step("5 mg", "7 days"), drug="otheramine", before=before, indication="hiccup")
        plan = plan_with(course(step("5 mg", "7 days"), indication="pain"), other)
        assert self.told(plan, {"medications": [], "as_needed": []})[0] == []

    def test_a_source_for_an_age_needs_the_age(self):
        plan = plan_of(step("5 mg", "7 days"), indication="spasticity")
        assert "age (this" in self.told(plan, fact=NOT_FOR | {"age_from": 65})[1][0].missing
        assert self.told(plan, {"age": 64}, fact=NOT_FOR | {"age_from": 65}) == ([], [], [], [])


def table(name, **rows):
    source = Source(**source_data() | {"id": name})
    made = [
        {"drug": drug, "dose": dose[0], "up_to": dose[-1] if len(dose) > 1 else None} for drug, dose in rows.items()
    ]
    return EquivalenceTable(id=name, title=name, reference=DRUG, reference_dose="10 mg", source=source, rows=made)


class TestSum:
    def summed(self, *tables, other="5 mg", ceiling=LIMIT, patient=None, start=1, days="7 days"):
        own = formulary(ceilings=[ceiling]).monograph(DRUG)
        held = Formulary([own], tables)
        second = course(step(other, days), drug="otheramine", starts_on_day=start)
        plan = plan_with(course(step("10 mg", "7 days")), second)
        review = review_of(plan, held, Patient.read(patient or {}), products=(*TABLETS, OTHER))
        return [[item for item in group if item.drug == DRUG] for group in answers(review, "combined-equivalent")]

    @pytest.mark.parametrize(("dose", "found"), [("5 mg", 0), ("10 mg", 1)])
    def test_the_sum_at_the_ceiling_passes(self, dose, found):
        assert len(self.summed(table("one", otheramine=["5 mg"]), other=dose)[0]) == found

    def test_above_it_under_every_table_is_high_and_under_some_moderate(self):
        sharp, mild = table("sharp", otheramine=["1 mg"]), table("mild", otheramine=["10 mg"])
        assert self.summed(sharp)[0][0].severity == "high"
        some = "maximum of 20 mg/day"
        assert self.summed(sharp)[0][0].says == some
        assert self.summed(sharp, mild)[0][0].severity == "moderate"
        assert self.summed(sharp, mild)[0][0].says == f"{some}; not every table, or not every end of a range, says so"
        assert "15 mg/day by mild" in self.summed(sharp, mild)[0][0].message

    def test_above_it_at_one_end_of_a_range_only_is_moderate(self):
        (finding,), *_ = self.summed(table("range", otheramine=["2 mg", "10 mg"]))
        assert (finding.severity, finding.value) == ("moderate", "15 mg/day to 35 mg/day")

    def test_each_end_is_divided_by_the_other_end_of_what_the_drug_itself_is(self):
        # 10 mg of the drug are 20 to 40 mg of the reference and 5 mg of the other are 10 mg of it, so that both are
        # together 30 to 50 mg of the reference: 7.5 to 25 mg of the drug.
        wide = table("wide", **{DRUG: ["2.5 mg", "5 mg"]}, otheramine=["5 mg"])
        (finding,), *_ = self.summed(wide)
        assert finding.value == "7.5 mg/day to 25 mg/day"

    def test_a_figure_that_is_no_maximum_is_moderate(self):
        fact = LIMIT | {"kind": "usual maximum"}
        assert self.summed(table("sharp", otheramine=["1 mg"]), ceiling=fact)[0][0].severity == "moderate"

    def test_it_lies_at_the_step_with_the_highest_sum_in_the_first_course_of_the_two(self):
        (finding,), *_ = self.summed(table("sharp", otheramine=["1 mg"]), start=3)
        assert (finding.course, finding.step, finding.day, finding.last_day) == (DRUG, 1, 3, 7)

    def test_days_on_which_only_one_is_taken_are_not_summed(self):
        assert self.summed(table("sharp", otheramine=["1 mg"]), start=8) == [[], [], [], []]
        assert self.summed(table("sharp", otheramine=["1 mg"]), start=7)[0][0].day == 7

    def test_a_ceiling_for_an_age_needs_the_age(self):
        fact = LIMIT | {"age_from": 65}
        assert "age (this" in self.summed(table("sharp", otheramine=["1 mg"]), ceiling=fact)[1][0].missing
        assert self.summed(table("sharp", otheramine=["1 mg"]), ceiling=fact, patient={"age": 64})[0] == []

    def test_two_courses_of_one_drug_are_summed_before(self):
        own = formulary(ceilings=[LIMIT]).monograph(DRUG)
        held = Formulary([own], [table("one", otheramine=["5 mg"])])
        plan = plan_with(
            course(step("5 mg", "7 days"), id="a"), course(step({"noon": "5 mg"}, "7 days"), id="b"),
            course(step("10 mg", "7 days"), drug="otheramine"),
        )  # fmt: skip
        review = review_of(plan, held, products=(*TABLETS, OTHER))
        assert answers(review, "combined-equivalent")[0][0].value == "30 mg/day"


def test_a_sum_says_what_a_table_leaves_out_and_each_stretch_of_days():
    from taper import Formulary, Plan, check, realize

    held = Formulary.shipped()
    named = {"alprazolam": "2 mg", "nitrazepam": "10 mg"}
    courses = [course(step(dose, "14 days"), drug=drug, before="nothing") for drug, dose in named.items()]
    courses[0] |= {"release": "immediate", "form": "tablet"}
    diazepam = [step("40 mg", "3 days"), step("2 mg", "8 days"), step("40 mg", "3 days")]
    plan = Plan.read({"courses": [*courses, course(*diazepam, drug="diazepam", before="nothing")]})
    products = [item for drug in (*named, "diazepam") for item in held.products(drug)]
    findings = answers(check(realize(plan, products, formulary=held)), "combined-equivalent")[0]
    assert any("at their highest, on days 1-3, on days 12-14." in item.message for item in findings)
    words = "by Ashton 2002, as ASAM 2025 prints it, which has no nitrazepam and leaves it out"
    assert any(words in item.message for item in findings)
