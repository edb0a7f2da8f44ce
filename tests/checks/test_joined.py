"""What several answers of one cause become: findings of the same days, questions to the reader, and what is idle."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import DRUG, TABLETS, formulary, plan_of, source_data, step
from taper import Clear, Finding, InvalidInput, NotAssessed, Patient, Reason, Severity, Source, Within, realize
from taper.checks.case import Case
from taper.checks.joined import DOSING, joined, on_the_same_days
from taper.checks.one_fact import one_line_each, put_together
from taper.checks.one_finding import one_finding_each

HELD = formulary()
CASE = Case(realize(plan_of(step("5 mg", "7 days")), TABLETS, formulary=HELD), Patient(), HELD, market="us")


def source(name, **more):
    return Source.read({"id": name} | source_data(f"Institute {name}") | more)


A, B, C = source("a"), source("b"), source("c")


def finding(day=None, last=None, **more):
    plain = {"rule": "ceiling", "severity": "high", "message": "m", "drug": DRUG, "source": A, "says": "so much"}
    return Finding(**plain | {"day": day, "last_day": last} | more)


class TestDays:
    @pytest.mark.parametrize(
        ("days", "expected"),
        [
            ([(1, 3), (3, 5)], [[(1, 3), (3, 5)]]),
            ([(1, 3), (4, 5)], [[(1, 3)], [(4, 5)]]),
            ([(11, 12), (5, 6), (1, 2)], [[(1, 2)], [(5, 6)], [(11, 12)]]),
            ([(1, 6), (2, 3), (5, 8)], [[(1, 6), (2, 3), (5, 8)]]),
            ([(1, None), (9, 9)], [[(1, None), (9, 9)]]),
            ([(1, 2), (2, None), (9, 9)], [[(1, 2), (2, None), (9, 9)]]),
            ([(1, 2), (3, None), (9, 9)], [[(1, 2)], [(3, None), (9, 9)]]),
            ([(None, None), (1, 2), (9, 9)], [[(None, None), (1, 2), (9, 9)]]),
            ([(4, 2), (4, 4)], [[(4, 2), (4, 4)]]),
            ([(4, 2), (3, 3)], [[(3, 3)], [(4, 2)]]),
        ],
    )
    def test_those_that_overlap_are_taken_together(self, days, expected):
        made = [finding(*each, message=f"m {each[0]}") for each in days]
        assert [[(item.day, item.last_day) for item in group] for group in on_the_same_days(made)] == expected


class TestOneOfSeveral:
    def test_the_same_words_of_a_source_are_one_statement_of_all_its_days_and_notes(self):
        notes = ("unless mild", "if young", "unless mild", "or old")
        days = ((5, 6), (1, 2), (3, 9), (None, 4))
        made = [finding(*each, note=note, happens="it is much") for each, note in zip(days, notes, strict=True)]
        one = joined(CASE, made)
        # What is about no day in particular stands first, and so does its note.
        assert (one.day, one.last_day, one.note) == (1, 9, "or old; if young; unless mild")
        assert one.message == "It is much. Institute a (2026, grade A): so much (or old; if young; unless mild)."
        assert one.statements == ()

    def test_one_without_an_end_leaves_the_whole_without_one(self):
        assert joined(CASE, [finding(1, 4), finding(2, None)]).last_day is None
        one = joined(CASE, [finding(None, None), finding(None, None, message="n")])
        assert (one.day, one.last_day) == (None, None)

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ({}, {"severity": "moderate", "action": "contraindicated", "boxed": True}),
            ({"rule": "abrupt-stop"}, {"rule": "swing", "boxed": True}),
            ({"rule": "swing"}, {"rule": "pace", "action": "avoid"}),
            ({"rule": "ceiling"}, {"rule": "titration-speed", "action": "avoid"}),
            ({"action": "contraindicated"}, {"action": "avoid", "boxed": True}),
            ({"boxed": True}, {"boxed": False}),
        ],
        ids=["severity", "a stop", "a swing", "a maximum", "action", "boxed"],
    )
    def test_it_stands_under_the_gravest_and_names_the_weightiest_source_first(self, one, other):
        lead, more = finding(2, 3, source=B, **one), finding(1, 1, source=A, **other)
        for group in ([lead, more], [more, lead]):
            made = joined(CASE, group)
            assert (made.rule, made.severity, made.source, made.day) == (lead.rule, lead.severity, B, 2)
            assert [item.source.id for item in made.statements] == ["a", "b"]
            assert made.boxed is (lead.boxed or more.boxed)

    def test_of_those_as_grave_the_weightiest_leads(self):
        made = joined(CASE, [finding(1, 3, source=B), finding(2, 3, source=A)])
        assert (made.source, made.day) == (A, 2)

    def test_of_one_source_the_gravest_comes_first_then_the_earliest(self):
        shown = [("moderate", 1, "x"), ("high", 3, "y"), ("high", None, "z"), ("high", 1, "w")]
        made = [finding(day, 9, severity=severity, says=says, message=says) for severity, day, says in shown]
        assert [item.says for item in joined(CASE, made).statements] == ["z", "w", "y", "x"]

    def test_it_is_from_abroad_only_where_every_source_is(self):
        abroad = finding(1, 1, from_abroad=True)
        for other in (True, False):
            assert joined(CASE, [abroad, finding(1, 1, source=B, from_abroad=other)]).from_abroad is other

    def test_what_needs_no_source_stands_behind_those_that_cite_one(self):
        made = joined(CASE, [finding(1, 1, source=None, says="plain"), finding(1, 1, source=B, happens="it is 9")])
        assert [item.source for item in made.statements] == [B, None]
        assert made.message == "It is 9. Institute b (2026, grade A): so much."

    def test_what_is_said_alike_is_said_once_with_all_who_say_it(self):
        said = [(A, "at most 4"), (B, "at most 5"), (C, "at most 5"), (source("d"), "at most 4"), (source("e"), "")]
        made = joined(CASE, [finding(1, 1, source=each, says=says, happens="it is 9") for each, says in said])
        assert made.message == (
            "It is 9. Institute a (2026, grade A): at most 4; so says Institute d (2026, grade A); "
            "Institute b (2026, grade A), Institute c (2026, grade A): at most 5."
        )
        more = [finding(1, 1, source=source(name), says="at most 4", happens="it is 9") for name in "adf"]
        assert joined(CASE, more).message == (
            "It is 9. Institute a (2026, grade A): at most 4; "
            "so say Institute d (2026, grade A), Institute f (2026, grade A)."
        )

    def test_the_own_country_comes_before_none_and_none_before_another(self):
        placed = [source("a", jurisdiction="UK"), source("b", grade="B"), source("c", grade="C", jurisdiction="US")]
        made = joined(CASE, [finding(1, 1, source=each, says=each.id) for each in placed])
        assert [each.id for each in made.sources] == ["c", "b", "a"]
        years = [source("a", year="undated"), source("b", year=2020), source("c", year=2021)]
        assert [each.id for each in joined(CASE, [finding(1, 1, source=one) for one in years]).sources] == [
            "c",
            "b",
            "a",
        ]


def is_one_figure(one, other):
    figures = {(item.value, item.limit) for item in one.each} & {(item.value, item.limit) for item in other.each}
    begins = other.last_day is None or one.day <= other.last_day
    return one.rule != other.rule and figures and begins and (one.last_day is None or other.day <= one.last_day)


def numbered(item, place):
    own = {"message": f"m {place:02}", "says": f"so much {place:02}"}
    return item.model_copy(update=own | {"statements": tuple(each.model_copy(update=own) for each in item.statements)})


@st.composite
def dosing(draw):
    """A finding of a dose on some days; of few rules, figures and days, so that many meet."""
    day, figure = draw(st.integers(1, 9)), draw(st.sampled_from(("4 mg/day", "5 mg/day")))
    more = {"rule": draw(st.sampled_from(DOSING[:3])), "value": "9 mg/day", "limit": figure}
    made = finding(day, draw(st.none() | st.integers(day, 9)), **more)
    second = made.model_copy(update={"limit": "6 mg/day"})
    return made.model_copy(update={"statements": (made, second)}) if draw(st.booleans()) else made


class TestOverRules:
    def rules(self, *made):
        return [(item.rules, item.day) for item in one_finding_each(CASE, made)]

    def test_a_dose_beyond_one_figure_is_one_whichever_rules_hold_it(self):
        figure = {"value": "9 mg/day", "limit": "4 mg/day"}
        top = finding(1, 7, source=B, **figure)
        start = finding(1, None, rule="titration-speed", **figure)
        assert self.rules(start, top) == [(("ceiling", "titration-speed"), 1)]
        for other in ({"limit": "5 mg/day"}, {"value": "8 mg/day"}, {"drug": "other"}, {"rule": "ceiling"}):
            assert len(self.rules(start.model_copy(update=other), top)) == 2
        assert self.rules(finding(8, 9, rule="titration-speed", **figure), top) == [
            (("titration-speed",), 8), (("ceiling",), 1),
        ]  # fmt: skip
        assert self.rules(finding(7, 9, rule="titration-speed", **figure), top) == [(("ceiling", "titration-speed"), 1)]

    def test_it_is_one_with_the_first_that_it_meets_on_its_last_day_at_the_latest(self):
        figure = {"value": "9 mg/day", "limit": "4 mg/day"}
        tops = [finding(*days, message=f"m {days[0]}", source=B, **figure) for days in ((11, 12), (5, 6))]
        alone, both = (("ceiling",), 11), (("ceiling", "titration-speed"), 5)
        assert self.rules(*tops, finding(5, 12, rule="titration-speed", **figure)) == [alone, both]
        assert self.rules(*tops, finding(1, 5, rule="titration-speed", **figure)) == [alone, both]
        assert len(self.rules(*tops, finding(1, 4, rule="titration-speed", **figure))) == 3

    @given(st.lists(dosing(), max_size=12))
    def test_each_is_put_with_the_first_that_holds_the_same_figure_on_the_same_days(self, made):
        made = [numbered(item, place) for place, item in enumerate(made)]
        groups = []
        for item in sorted(made, key=lambda item: (DOSING.index(item.rule), item.day, item.message)):
            same = next((group for group in groups if any(is_one_figure(one, item) for one in group)), None)
            groups.append([item]) if same is None else same.append(item)
        found = [sorted({each.says for each in item.each}) for item in one_finding_each(CASE, made)]
        assert sorted(found) == sorted(sorted(item.says for item in group) for group in groups)

    def test_a_stop_is_one_fact_with_the_pace_on_its_days_and_of_its_part(self):
        stop = finding(7, 8, rule="abrupt-stop", part="end")
        pace = finding(8, 8, rule="pace", source=B, part="end")
        assert self.rules(pace, stop) == [(("abrupt-stop", "pace"), 7)]
        assert self.rules(pace.model_copy(update={"part": ""}), stop) == [(("abrupt-stop",), 7), (("pace",), 8)]
        late = pace.model_copy(update={"day": 9, "last_day": 9})
        assert self.rules(late, stop) == [(("abrupt-stop",), 7), (("pace",), 9)]

    def test_a_first_reduction_and_a_pace_are_one_on_the_same_days_alone_and_what_else_is_asked_for_stands_apart(self):
        first = finding(1, 1, rule="first-change")
        assert self.rules(first, finding(1, 8, rule="pace", source=B)) == [(("pace", "first-change"), 1)]
        assert self.rules(first, finding(2, 8, rule="pace", source=B)) == [(("first-change",), 1), (("pace",), 2)]
        swap = finding(1, 1, rule="pace", source=B, about="another drug")
        assert self.rules(swap, first) == [(("first-change",), 1), (("pace",), 1)]

    def test_each_drug_has_its_own_reductions_after_what_is_no_reduction(self):
        made = [finding(1, 1, rule="pace", drug=drug) for drug in ("x", "y")] + [finding(1, 1, rule="age")]
        assert [(item.rule, item.drug) for item in one_finding_each(CASE, made)] == [
            ("age", DRUG),
            ("pace", "x"),
            ("pace", "y"),
        ]


def gap(reason, what="what", **more):
    return NotAssessed(**{"rule": "ceiling", "drug": DRUG, "reason": reason, "what": (what,)} | more)


def asked(*answers):
    return {(item.drug, item.reason) for item in put_together(CASE, answers, None) if isinstance(item, NotAssessed)}


class TestQuestionsOfARule:
    def told(self, *reasons, drug=DRUG):
        return {(drug, reason) for reason in reasons}

    def test_of_what_nobody_can_answer_the_most_telling_is_said(self):
        gaps = [gap(each) for each in (Reason.NO_SOURCE, Reason.NO_FIGURE, Reason.UNREAD)]
        assert asked(*gaps) == self.told(Reason.NO_FIGURE)
        assert asked(gaps[0], gaps[2]) == self.told(Reason.UNREAD)
        other = gap(Reason.NO_SOURCE, drug="other")
        assert asked(*gaps, other) == self.told(Reason.NO_FIGURE) | self.told(Reason.NO_SOURCE, drug="other")

    def test_beside_a_question_only_that_it_is_unread_is_said(self):
        gaps = [gap(each) for each in (Reason.FACT, Reason.NO_SOURCE, Reason.NO_FIGURE, Reason.UNREAD)]
        assert asked(*gaps) == self.told(Reason.FACT, Reason.UNREAD)
        assert asked(*gaps[:3]) == self.told(Reason.FACT)

    def test_what_is_urgent_is_always_said_and_hides_nothing(self):
        urgent = gap(Reason.NO_SOURCE, urgent=True)
        assert asked(urgent, gap(Reason.FACT)) == self.told(Reason.NO_SOURCE, Reason.FACT)
        assert asked(gap(Reason.FACT, urgent=True), gap(Reason.NO_SOURCE)) == self.told(Reason.FACT, Reason.NO_SOURCE)
        speaks = finding(1, 1)
        assert asked(gap(Reason.NO_FIGURE, urgent=True), speaks) == self.told(Reason.NO_FIGURE)

    @pytest.mark.parametrize("speaks", [finding(1, 1), Within(rule="ceiling", drug=DRUG, source=A)])
    def test_what_does_not_answer_is_said_only_where_no_other_source_speaks(self, speaks):
        for reason in (Reason.OTHER_USES, Reason.OTHER_PEOPLE, Reason.NO_FIGURE, Reason.STARTS_ONLY):
            assert asked(gap(reason), speaks) == set()
            assert asked(gap(reason, drug="other"), speaks) == self.told(reason, drug="other")
        for reason in (Reason.FACT, Reason.NO_SOURCE, Reason.UNREAD):
            assert asked(gap(reason), speaks) == self.told(reason)
        assert asked(gap(Reason.NO_FIGURE), finding(1, 1, source=None)) == self.told(Reason.NO_FIGURE)

    def test_sources_that_the_caller_left_out_are_idle_where_there_was_nothing_to_compare(self):
        nothing = Clear(rule="ceiling", drug=DRUG)
        assert asked(gap(Reason.LEFT_OUT), nothing) == set()
        assert asked(gap(Reason.LEFT_OUT)) == self.told(Reason.LEFT_OUT)
        assert asked(gap(Reason.LEFT_OUT, drug="other"), nothing) == self.told(Reason.LEFT_OUT, drug="other")
        assert asked(gap(Reason.FACT), nothing) == self.told(Reason.FACT)

    def test_that_none_is_read_or_on_file_is_idle_beside_those(self):
        left = gap(Reason.LEFT_OUT)
        for reason in (Reason.NO_SOURCE, Reason.UNREAD):
            assert asked(left, gap(reason)) == self.told(Reason.LEFT_OUT)
            assert asked(gap(Reason.LEFT_OUT, drug="other"), gap(reason)) == (
                self.told(reason) | self.told(Reason.LEFT_OUT, drug="other")
            )
        assert asked(left, gap(Reason.FACT)) == self.told(Reason.FACT)

    def test_of_one_reason_it_is_one_question_with_all_that_it_asks(self):
        grade = source("b", grade="B")
        made = [
            gap(Reason.FACT, "weight", facts=("patient.weight", "patient.age"), sources=(grade,)),
            gap(Reason.FACT, "age", facts=("patient.age",), sources=(grade, A)),
            gap(Reason.FACT, "weight", facts=("patient.weight",)),
        ]
        (one,) = put_together(CASE, made, None)
        assert (one.what, one.facts) == (("age", "weight"), ("patient.age", "patient.weight"))
        assert one.sources == (A, grade)
        assert len(list(put_together(CASE, [made[0], made[1].model_copy(update={"urgent": True})], None))) == 2

    @pytest.mark.parametrize(
        ("question", "clear"),
        [
            (gap(Reason.FACT, sources=(A,)), []),
            (gap(Reason.FACT, sources=(B,)), ["a"]),
            (gap(Reason.NO_FIGURE, sources=(A,)), ["a"]),
            (gap(Reason.NO_FIGURE, sources=(A,), urgent=True), []),
            (gap(Reason.FACT, sources=(A,), drug="other"), ["a"]),
        ],
    )
    def test_a_source_is_not_within_while_a_question_depends_on_it(self, question, clear):
        kept = put_together(CASE, [question, Clear(rule="ceiling", drug=DRUG, source=A)], None)
        assert [item.source.id for item in kept if isinstance(item, Within)] == clear


class TestQuestionsOfAReview:
    def lines(self, *gaps):
        return [(item.drug, [(part.rule, part.drug) for part in item.each]) for item in one_line_each(CASE, gaps)]

    def test_labels_that_were_not_read_are_one_for_several_drugs_too(self):
        one, other = gap(Reason.UNREAD, rule="liver"), gap(Reason.UNREAD, rule="kidney", drug="other")
        assert self.lines(one, other) == [(None, [("kidney", "other"), ("liver", DRUG)])]
        silence = gap(Reason.NO_SOURCE, rule="age")
        assert self.lines(one, silence) == [(DRUG, [("liver", DRUG), ("age", DRUG)])]
        assert self.lines(one, silence, other) == [
            (None, [("kidney", "other"), ("liver", DRUG)]), (DRUG, [("age", DRUG)]),
        ]  # fmt: skip

    @pytest.mark.parametrize("reason", [Reason.NO_SOURCE, Reason.NO_FIGURE, Reason.OTHER_USES, Reason.OTHER_PEOPLE])
    def test_what_is_on_file_and_does_not_answer_is_one_of_each_drug(self, reason):
        two = gap(reason, rule="age"), gap(Reason.UNREAD, rule="kidney")
        assert self.lines(*two) == [(DRUG, [("kidney", DRUG), ("age", DRUG)])]
        assert len(self.lines(gap(reason), gap(reason, drug="other"))) == 2
        assert len(self.lines(two[0].model_copy(update={"urgent": True}), two[1])) == 2

    def test_a_fact_is_asked_for_each_rule_and_drug(self):
        assert len(self.lines(gap(Reason.FACT), gap(Reason.FACT, drug="other"), gap(Reason.FACT, rule="age"))) == 3

    @pytest.mark.parametrize("reason", [Reason.NAME, Reason.CLASSES])
    def test_a_name_and_a_class_are_asked_once_a_rule_whatever_the_drug(self, reason):
        one, other = gap(reason, rule="interaction"), gap(reason, rule="interaction", drug="other")
        assert self.lines(one, other) == [(None, [("interaction", "other"), ("interaction", DRUG)])]
        assert len(self.lines(one, gap(reason, rule="substitution", drug="other"))) == 2
        assert len(self.lines(one, other.model_copy(update={"urgent": True}))) == 2

    def test_a_class_that_lists_do_not_settle_is_one_of_the_drug_whose_source_names_it(self):
        one, other = (gap(Reason.CLASSES, rule="interaction", drug=drug, sources=(A,)) for drug in (DRUG, "other"))
        assert len(self.lines(one, other)) == 2
        assert self.lines(one, gap(Reason.NO_FIGURE, rule="age")) == [(DRUG, [("interaction", DRUG), ("age", DRUG)])]

    def test_what_is_put_together_asks_for_all_of_it_and_cites_the_weightiest_first(self):
        weak = source("a", grade="C", jurisdiction="UK")
        one = gap(Reason.UNREAD, "kidneys", rule="kidney", facts=("patient.egfr",), sources=(weak,))
        other = gap(Reason.NO_SOURCE, "a maximum", facts=("before", "patient.egfr"), sources=(B, weak))
        (line,) = one_line_each(CASE, [other, one])
        assert (line.rule, line.reason, line.parts) == ("kidney", Reason.UNREAD, (one, other))
        assert (line.what, line.facts) == (("kidneys", "a maximum"), ("patient.egfr", "before"))
        assert line.missing == (
            "kidneys: not read in full; a maximum; no source is on file "
            "(Institute b, 2026) (Institute a, UK, 2026; secondary source)"
        )
        assert str(line) == f"not assessed: kidney function, daily maximum ({DRUG}), missing {line.missing}"
        assert repr(line) == f"<NotAssessed kidney: {line.missing}>"


def test_what_an_overlay_and_a_label_say_is_cited_by_whose_it_is():
    layered = source("a", jurisdiction="UK").model_copy(update={"layer": "ward"})
    named = source("b", jurisdiction="US", organization="DailyMed", label_of="x")
    missing = gap(Reason.LEFT_OUT, "a", sources=(layered, named)).missing
    assert missing == (
        "a not compared: you named other sources (Institute a, UK, 2026; from the overlay ward) (US label of x, 2026)"
    )


def test_questions_are_read_again_from_their_fields_alone():
    made = gap(Reason.FACT, "age")
    assert NotAssessed.read(made.model_dump() | {"missing": "something else"}).missing == "age"
    with pytest.raises(InvalidInput, match="a valid dictionary or instance of NotAssessed, got 'age'"):
        NotAssessed.read("age")


def test_severity_of_a_joined_finding_is_that_of_its_lead():
    assert joined(CASE, [finding(1, 1, severity="low"), finding(1, 1, source=B)]).severity is Severity.HIGH
