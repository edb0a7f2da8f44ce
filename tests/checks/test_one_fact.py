"""One fact, one finding: whose country speaks first, what was read, and which questions are asked."""

from datetime import timedelta

import pytest

from builders import DRUG, START, TABLETS, course, formulary, plan_of, plan_with, review_of, step, tablet
from taper import Formulary, InvalidInput, Log, Patient, Severity, Why, apply_log, check, realize, to_schedule
from taper.knowledge.reading import read_monograph
from taper.plans.log import Stop
from taper.source import Source

DAY = plan_of(step("10 mg", "3 days"), before="nothing")
US, UK = {"jurisdiction": "US"}, {"jurisdiction": "UK"}


def ceilings(*limits, **sources):
    items = [{"source": f"c{number}", "limit": limit} for number, limit in enumerate(limits)]
    return formulary(ceilings=items, sources=sources)


def ceiling_of(held, **more):
    review = review_of(DAY, held, **more)
    return [item for item in review.findings if item.rule == "ceiling"]


class TestOneFinding:
    def test_several_sources_of_one_fact_are_one_finding_with_its_worst_severity(self):
        usual = {"source": "u", "limit": "5 mg", "kind": "usual maximum"}
        held = formulary(ceilings=[usual, {"source": "m", "limit": "9 mg"}, {"source": "n", "limit": "20 mg"}])
        (finding,) = [item for item in review_of(DAY, held).findings if item.rule == "ceiling"]
        assert (finding.severity, finding.source.id) == ("high", "m")
        assert [source.id for source in finding.sources] == ["m", "u"]
        assert finding.message == (
            "Testamine reaches 10 mg/day on days 1-3. Institute m (2026, grade A): maximum of 9 mg/day; "
            "Institute u (2026, grade A): usual maximum of 5 mg/day."
        )

    def test_those_who_say_the_same_are_named_once(self):
        (finding,) = ceiling_of(ceilings("9 mg", "9 mg"))
        assert finding.message.endswith("maximum of 9 mg/day; so says Institute c1 (2026, grade A).")

    def test_sources_stand_in_the_order_of_their_weight(self):
        grades = {"c0": {"grade": "C"}, "c1": {"grade": "B", "year": 2020}, "c2": {"grade": "B"}}
        (finding,) = ceiling_of(ceilings("9 mg", "9 mg", "9 mg", **grades))
        assert [source.id for source in finding.sources] == ["c2", "c1", "c0"]

    def test_days_apart_are_two_facts(self):
        plan = plan_of(step("10 mg", "2 days"), step("5 mg", "2 days"), step("10 mg", "2 days"), before="nothing")
        found = [f for f in review_of(plan, ceilings("9 mg", "8 mg")).findings if f.rule == "ceiling"]
        assert [(item.day, item.last_day, len(item.each)) for item in found] == [(1, 2, 2), (5, 6, 2)]

    def test_a_schedule_is_checked_as_its_plan_is_from_its_start(self):
        held = ceilings("9 mg")
        made = realize(DAY, TABLETS, formulary=held)
        review = check(to_schedule(made, start=START))
        assert review == check(made, start=START)
        (finding,) = [item for item in review.findings if item.rule == "ceiling"]
        assert (finding.date, finding.last_date) == (START, START + timedelta(days=2))

    def test_of_a_plan_that_was_adjusted_it_tells_what_lies_in_the_past(self):
        plan = plan_of(step("10 mg", "14 days"), before="nothing")
        made = to_schedule(realize(plan, TABLETS, formulary=ceilings("9 mg")), start=START)
        stopped = Stop(day=START + timedelta(days=8))
        review = check(apply_log(made, Log.of(plan, START, [stopped])))
        assert review.changes_from == 9
        assert [(item.rule, item.last_day) for item in review.past] == [("ceiling", 8)]
        assert (check(made).changes_from, check(made).past) == (None, ())

    @pytest.mark.parametrize(("doses", "both"), [(("2 mg", "5 mg"), 1), (("5 mg", "2 mg"), 0)])
    def test_a_fall_in_one_cycle_is_no_part_of_the_swing_in_another(self, doses, both):
        cycles = [step([dose, {}], "8 days") for dose in doses]
        plan = plan_with(*(course(cycle, id="ab"[n], starts_on_day=1 + 20 * n) for n, cycle in enumerate(cycles)))
        pace = {"shape": "so many mg per interval", "step_low": "1 mg", "step_high": "2 mg"}
        held = formulary(
            half_lives=[{"source": "a", "low": "10", "high": "10"}],
            stopping=[{"source": "b", "every_low": "1 day", "every_high": "1 day"} | pace],
        )
        rules = {item.day: item.rules for item in review_of(plan, held).findings if item.rule == "swing"}
        other = 1 - both
        assert rules == {1 + 20 * both: ("swing", "pace"), 1 + 20 * other: ("swing",)}

    def test_with_a_start_it_says_the_date(self):
        (finding,) = ceiling_of(ceilings("9 mg"), start=START)
        assert finding.happens == "testamine reaches 10 mg/day from 1 Mar to 3 Mar 2027"


class TestCountry:
    def held(self, us, uk):
        return ceilings(us, uk, c0=US, c1=UK)

    @pytest.mark.parametrize(("market", "severity"), [("uk", "moderate"), ("us", "high"), (None, "high")])
    def test_a_maximum_of_another_country_is_moderate_where_the_plans_own_gives_one(self, market, severity):
        (finding,) = ceiling_of(self.held("9 mg", "20 mg"), market=market)
        assert (finding.severity, finding.from_abroad) == (severity, market == "uk")

    @pytest.mark.parametrize(("own", "severity"), [("10 mg", "moderate"), ("9 mg", "moderate"), (None, "high")])
    @pytest.mark.parametrize(
        ("section", "about", "person"),
        [
            ("ages", {"age_from": 65, "action": "reduce", "what": "less"}, {"age": 70}),
            ("liver", {"impairment": ["mild"], "action": "reduce"}, {"liver": "mild"}),
        ],
    )
    def test_so_is_one_for_an_age_or_a_liver(self, section, about, person, own, severity):
        """Whether the plan keeps the figure of its own country, or is beyond that too."""
        named = {"a": own, "b": "4 mg"}
        items = [about | {"source": name, "maximum": most} for name, most in named.items() if most]
        held = formulary(**{section: items}, sources={"a": US, "b": UK})
        review = review_of(DAY, held, Patient.read(person), market="us")
        by_source = {each.source.id: each.severity for item in review.findings for each in item.each}
        assert by_source == {"b": severity} | ({"a": "high"} if own == "9 mg" else {})

    def test_where_its_own_gives_none_it_stays_high_and_is_marked(self):
        (finding,) = ceiling_of(ceilings("9 mg", c0=US), market="uk")
        assert (finding.severity, finding.from_abroad) == ("high", True)
        assert "another country's advice" in finding.message

    def test_the_plans_own_country_speaks_first(self):
        (finding,) = ceiling_of(self.held("9 mg", "8 mg"), market="uk")
        assert [source.id for source in finding.sources] == ["c1", "c0"]
        assert finding.severity is Severity.HIGH

    def test_without_a_market_asked_for_the_products_say_it(self):
        made = realize(DAY, [tablet("5 mg", market="uk")], formulary=self.held("9 mg", "20 mg"))
        (finding,) = [item for item in check(made).findings if item.rule == "ceiling"]
        assert finding.severity is Severity.MODERATE

    def test_a_first_dose_of_another_country_is_low_where_its_own_gives_one_that_is_kept(self):
        doses = dict.fromkeys(("morning", "noon", "evening"), "300 mg")
        plan = plan_of(step(doses), drug="gabapentin", release="immediate", form="tablet", indication="seizures",
                       before="nothing", then="continue")  # fmt: skip
        shipped = Formulary.shipped()
        made = realize(plan, shipped.products("gabapentin", market="us"))
        (finding,) = [item for item in check(made, Patient(age=48, medications=())).findings
                      if item.rule == "titration-speed"]  # fmt: skip
        assert (finding.severity, finding.from_abroad, finding.figure) == ("low", True, "first dose")

    def test_a_figure_of_its_own_for_another_use_caps_nothing(self):
        items = [{"source": "c0", "limit": "9 mg"}, {"source": "c1", "limit": "20 mg", "indications": ["angina"]}]
        held = formulary(ceilings=items, sources={"c0": US, "c1": UK})
        for use, severity in (("asthma", "high"), ("angina", "moderate")):
            plan = plan_of(step("10 mg", "3 days"), before="nothing", indication=use)
            review = review_of(plan, held, market="uk")
            (finding,) = [item for item in review.findings if item.rule == "ceiling"]
            assert (finding.severity, finding.from_abroad) == (severity, True)


class TestRead:
    def test_clear_names_the_sections_that_were_read_in_full(self):
        (clear,) = [item for item in review_of(DAY, ceilings("10 mg")).clear if item.rule == "ceiling"]
        assert clear.sections == ("whole",)

    def test_of_a_source_that_was_not_the_plan_is_within_what_is_on_file(self):
        review = review_of(DAY, ceilings("10 mg", c0={"read_whole": []}))
        assert not [item for item in review.clear if item.rule == "ceiling"]
        assert [item.source.id for item in review.within if item.rule == "ceiling"] == ["c0"]

    def test_a_section_said_to_be_read_that_does_not_exist_is_refused(self):
        with pytest.raises(InvalidInput, match="is said to be read and is no section of this source"):
            ceilings("10 mg", c0={"read_whole": ["7 Drug interactions"]})

    def test_of_two_versions_of_one_label_the_later_speaks_and_the_earlier_is_listed(self):
        label = {"set_id": "00000000-0000-0000-0000-000000000001"}
        held = ceilings("20 mg", "9 mg", c0=label | {"version": 3}, c1=label | {"version": 2})
        review = review_of(DAY, held)
        assert not [item for item in review.findings if item.rule == "ceiling"]
        (left,) = [item for item in review.left_out if item.rule == "ceiling"]
        assert (left.source.id, left.why) == ("c1", Why.EARLIER)
        assert ceiling_of(held, sources=["c1"])

    def test_of_two_versions_without_numbers_the_one_with_a_year_is_later_than_the_undated(self):
        label = {"set_id": "00000000-0000-0000-0000-000000000001"}
        held = ceilings("20 mg", "9 mg", c0=label, c1=label | {"year": "undated"})
        assert [item.source.id for item in review_of(DAY, held).left_out if item.rule == "ceiling"] == ["c1"]


class TestOverlay:
    def overlaid(self, tmp_path, source):
        label = {"set_id": "00000000-0000-0000-0000-000000000001", "version": 1, "read_whole": []}
        below = ceilings("20 mg", c0=label)
        path = tmp_path / "local.toml"
        path.write_text(
            f"""drug = "{DRUG}"
[sources.{source}]
organization = "A hospital"
title = "Policy"
locator = "page 1"
year = 2026
grade = "A"
verified_on = 2026-11-01
set_id = "00000000-0000-0000-0000-000000000001"
version = 9
read_whole = ["7"]
[sources.{source}.sections]
interactions = ["7"]
[[ceilings]]
limit = "10 mg"
source = "{source}"
""",
            "utf-8",
        )
        return below.overlaid(path)

    @pytest.mark.parametrize("source", ["c0", "own"])
    def test_it_claims_no_section_of_a_label_on_file(self, tmp_path, source):
        with pytest.raises(InvalidInput, match=r"already on file|has the set id of c0"):
            self.overlaid(tmp_path, source)

    def test_what_it_says_that_it_read_never_stands_in_for_a_label(self):
        own = Source.read({**_source("own"), "layer": "local"})
        assert own.layer == "local"
        fact = {"source": "a", "with_names": ["opioid"], "action": "avoid", "what": "x"}
        data = {"drug": DRUG, "reviewed_on": own.verified_on, "sources": {"a": _source()}, "interactions": [fact]}
        from taper import Formulary

        held = Formulary([read_monograph(data, where="test", layer="local")])
        person = Patient.read({"medications": ["lisinopril"], "as_needed": []})
        review = check(realize(DAY, TABLETS, formulary=held), person)
        assert [gap.reason.name for gap in review.not_assessed if gap.rule == "interaction"] == ["UNREAD"]


def _source(name=None):
    from builders import source_data

    return source_data() | ({"id": name} if name else {})


class TestQuestions:
    def test_an_empty_list_of_medicines_asks_nothing(self):
        person = Patient.read({"medications": [], "as_needed": []})
        assert not [gap for gap in review_of(DAY, formulary(), person).not_assessed if gap.rule == "interaction"]

    def test_a_kidney_at_20_stands_above_everything_else(self):
        person = Patient.read({"crcl": "20", "dialysis": False, "kidney_stable": True})
        first = review_of(DAY, formulary(), person).not_assessed[0]
        assert (first.rule, first.urgent) == ("kidney", True)

    def test_questions_of_one_rule_are_one_line(self):
        review = review_of(DAY, formulary(), Patient.read({"medications": ["newdrug", "otherdrug"], "as_needed": []}))
        (gap,) = [item for item in review.not_assessed if item.rule == "interaction" and item.urgent]
        assert len(gap.what) == 2


class TestAcrossRules:
    def test_a_dose_beyond_one_figure_is_told_once_whichever_rules_say_so(self):
        start = {"source": "a", "steps": [{"from_day": 1, "total": "9 mg"}]}
        held = formulary(ceilings=[{"source": "a", "limit": "9 mg"}], titrations=[start])
        (finding,) = review_of(DAY, held).findings
        assert (finding.rule, finding.rules) == ("ceiling", ("ceiling", "titration-speed"))
        other = formulary(ceilings=[{"source": "a", "limit": "8 mg"}], titrations=[start])
        assert {item.rule for item in review_of(DAY, other).findings} == {"ceiling", "titration-speed"}

    @pytest.mark.parametrize(("at_most", "severity"), [(True, "moderate"), (False, "low")])
    def test_an_undated_secondary_source_of_another_country_is_low_on_speed(self, at_most, severity):
        fact = {"source": "c0", "shape": "so many mg per interval", "step_low": "1 mg", "step_high": "1 mg",
                "every_low": "1 week", "every_high": "1 week", "at_most": at_most}  # fmt: skip
        weak = {"c0": US | {"grade": "C", "year": "undated"}}
        plan = plan_of(step("6 mg"), then="continue", before={"regimen": {"evening": "10 mg"}})
        (finding,) = review_of(plan, formulary(stopping=[fact], sources=weak), market="uk").findings
        assert (finding.rule, finding.rules, finding.severity) == ("pace", ("pace", "first-change"), severity)
