"""A schedule as a table for people, and CSV for machines."""

import csv
import io

import pytest

from builders import START, TABLETS, course, formulary, liquid, plan_of, plan_with, step, tablet
from taper import Product, check, count_supply, days, realize, to_csv, to_markdown, to_schedule, to_table

OTHER = Product.read({"id": "o5mg", "drug": "other", "form": "tablet", "strength": "5 mg"})


def scheduled(plan, horizon=None, products=TABLETS):
    return to_schedule(realize(plan, products, formulary=formulary()), start=START, horizon=horizon)


def rows_of(text):
    lines = text.splitlines()
    first = next(index for index, line in enumerate(lines) if line.startswith("---")) + 1
    return [" ".join(line.split()) for line in lines[first : lines.index("", first)]]


def test_up_to_four_reviews_before_steps_are_listed_and_more_are_counted():
    def waiting(many):
        steps = [step(f"{number} mg", "1 day", review_before=True) for number in range(1, many + 1)]
        return [line for line in to_table(scheduled(plan_of(*steps, then="stop"))).splitlines() if " wait" in line]

    assert waiting(4)[-1] == "testamine: step 4, from 2027-03-04, waits for review before it begins."
    assert len(waiting(4)) == 4
    assert waiting(5) == [
        "testamine: 5 steps wait for review before they begin; the first is step 1, from 2027-03-01, the last step 5, "
        "from 2027-03-05."
    ]


class TestThePlainTable:
    def test_one_row_stands_for_a_stretch_of_equal_days(self):
        plan = plan_of(step({"morning": "5 mg", "evening": "7 mg"}, "3 days"), step("2 mg", "1 day"), then="stop")
        assert rows_of(to_table(scheduled(plan))) == [
            "1-3 Mon 1 Mar 2027 - Wed 3 Mar 2027 1 x 5 mg tablet 1 x 5 mg tablet + 1 x 2 mg tablet (7 mg) 12 mg/day",
            "4 Thu 4 Mar 2027 No dose * 1 x 2 mg tablet * 2 mg/day *",
            "5 on from Fri 5 Mar 2027 Stop: take no more testamine",
        ]

    def test_every_day_has_a_row_when_asked(self):
        rows = rows_of(to_table(scheduled(plan_of(step("5 mg", "3 days"))), every_day=True))
        assert [row.split()[0] for row in rows] == ["1", "2", "3", "4"]

    def test_a_day_without_doses_says_nothing_is_taken(self):
        schedule = scheduled(plan_of(step(["5 mg", {}], "2 days")))
        assert rows_of(to_table(schedule, every_day=True))[1] == "2 Tue 2 Mar 2027 No dose"
        assert "On Mon 1 Mar 2027; no dose on other days" in rows_of(to_table(schedule))[0]

    def test_days_before_the_first_course_hold_no_dose(self):
        plan = plan_with(course(step("5 mg", "2 days"), starts_on_day=3))
        assert rows_of(to_table(scheduled(plan)))[0] == "1-2 Mon 1 Mar 2027 - Tue 2 Mar 2027 No dose"

    def test_what_goes_on_says_so(self):
        opened = to_table(scheduled(plan_of(step("5 mg"), then="continue"), days(3)))
        window = to_table(scheduled(plan_of(step("5 mg", "9 days")), days(3)))
        closed = to_table(scheduled(plan_of(step("5 mg", "3 days"))))
        assert rows_of(opened)[0].startswith("1-3 ... ")
        assert rows_of(window)[0].startswith("1-3 ... ")
        assert rows_of(closed)[0].startswith("1-3 Mon")
        assert "testamine: the plan continues beyond 2027-03-03, with no stop date." in opened
        assert "Not shown: 6 more days with 6 doses beyond this window, to 2027-03-09." in window

    def test_with_several_drugs_each_dose_and_each_total_names_its_own(self):
        plan = plan_with(course(step("5 mg", "1 day")), course(step("5 mg", "1 day"), drug="other"))
        rows = rows_of(to_table(scheduled(plan, products=(*TABLETS, OTHER))))
        assert rows[0].endswith("testamine 1 x 5 mg tablet 5 mg/day")
        assert rows[1] == "other 1 x 5 mg tablet 5 mg/day"

    def test_supply_and_review_stand_below(self):
        products = [tablet("5 mg", score="unknown", allow_pieces=2, pack=28)]
        schedule = scheduled(plan_of(step("2.5 mg", "3 days")), products=products)
        text = to_table(schedule, check(schedule), count_supply(schedule, remnants="discard", packs=True))
        assert "Supply for 3 days, 2027-03-01 to 2027-03-03 (the rest of a divided unit is discarded):" in text
        assert "  28 x 5 mg tablet in 1 pack, 1 1/2 used, 26 1/2 left over (t5mg)" in text
        assert "  LOW divided tablets: 5 mg tablet (t5mg) is divided into 2 by the caller's permission" in text
        assert "  NOT ASSESSED kidney function (testamine): Give " in text

    def test_kept_remnants_and_a_supply_without_leftovers_say_so(self):
        schedule = scheduled(plan_of(step("5 mg", "3 days")))
        text = to_table(schedule, supply=count_supply(schedule))
        assert "(the rest of a divided unit is kept):\n  3 x 5 mg tablet, 3 used (t5mg)" in text

    def test_clear_and_left_out_are_printed_with_their_sources(self):
        held = formulary(ceilings=[{"source": "a", "limit": "9 mg"}, {"source": "b", "limit": "9 mg"}])
        schedule = to_schedule(realize(plan_of(step("5 mg", "3 days")), TABLETS, formulary=held), start=START)
        text = to_table(schedule, check(schedule, sources=["a"]))
        assert "  clear daily maximum (testamine): a" in text
        assert "  left out daily maximum (testamine): b" in text
        assert "  clear divided tablets (testamine)\n" in text

    def test_a_title_stands_on_top(self):
        plan = plan_with(course(step("5 mg", "1 day")), title="A plan")
        assert to_table(scheduled(plan)).startswith("A plan\n\n")
        assert to_table(scheduled(plan_of(step("5 mg", "1 day")))).startswith("days")

    def test_a_liquid_is_printed_with_its_volume_concentration_and_dose(self):
        text = to_table(
            scheduled(plan_of(step("2.5 mg", "1 day")), products=[liquid("10 mg/5 mL", graduation="0.25 mL")])
        )
        assert "1.25 mL of 10 mg/5 mL oral solution (2.5 mg)" in text

    def test_the_same_schedule_gives_the_same_text(self):
        schedule = scheduled(plan_of(step("5 mg", "3 days")))
        assert to_table(schedule) == to_table(schedule)


class TestTheOrderOfDays:
    """A cross-taper reads by date: every row holds all that is taken in it, and stops say stop."""

    def test_two_drugs_stand_in_each_row_and_the_one_that_ends_says_stop(self):
        plan = plan_with(
            course(step("5 mg", "2 days"), step("2 mg", "2 days"), then="stop"),
            course(step("5 mg", "3 days"), step("10 mg"), drug="other", then="continue"),
        )
        rows = rows_of(to_table(scheduled(plan, days(6), products=(*TABLETS, OTHER))))
        assert rows == [
            "1-2 Mon 1 Mar 2027 - Tue 2 Mar 2027 testamine 1 x 5 mg tablet 5 mg/day",
            "other 1 x 5 mg tablet 5 mg/day",
            "3 Wed 3 Mar 2027 testamine 1 x 2 mg tablet * 2 mg/day *",
            "other 1 x 5 mg tablet 5 mg/day",
            "4 Thu 4 Mar 2027 testamine 1 x 2 mg tablet 2 mg/day",
            "other 2 x 5 mg tablet (10 mg) * 10 mg/day *",
            "5-6 ... Fri 5 Mar 2027 - Sat 6 Mar 2027 testamine Stop from Fri 5 Mar 2027: take no more testamine",
            "other 2 x 5 mg tablet (10 mg) 10 mg/day",
        ]

    def test_equal_days_of_a_cycle_are_one_line(self):
        plan = plan_of(step(["5 mg", "2 mg", "2 mg"], "9 days"), then="stop")
        assert rows_of(to_table(scheduled(plan)))[:2] == [
            "1-9 Mon 1 Mar 2027 - Tue 9 Mar 2027 Every 3 days, first on Mon 1 Mar 2027 1 x 5 mg tablet 5 mg",
            "On Tue 2 Mar 2027 and Wed 3 Mar 2027, and again every 3 days 1 x 2 mg tablet 2 mg",
        ]

    def test_weekdays_are_written_out_in_plain_english(self):
        plan = plan_of({"for": "2 weeks", "weekly": {"mon": {"evening": "5 mg"}, "thu": {"evening": "5 mg"}}})
        assert "On Monday and Thursday; no dose on other days" in rows_of(to_table(scheduled(plan)))[0]

    def test_equal_steps_that_follow_each_other_are_one_row(self):
        plan = plan_of(step("5 mg", "2 days"), step("5 mg", "2 days"), then="stop")
        assert rows_of(to_table(scheduled(plan)))[0].startswith("1-4 Mon")

    def test_what_a_step_waits_for_and_its_notes_stand_in_its_row(self):
        steps = [step("5 mg", "2 days"), step("5 mg", "2 days", review_before=True, note="With food.",
                                              slot_notes={"evening": "after supper"})]  # fmt: skip
        rows = rows_of(to_table(scheduled(plan_of(*steps, then="stop"))))
        assert "Only after a review; With food.; evening: after supper 1 x 5 mg tablet" in rows[1]


class TestMarkdown:
    def test_it_holds_the_same_rows(self):
        text = to_markdown(scheduled(plan_of(step("5 mg", "3 days"))))
        assert "| 1-3 | Mon 1 Mar 2027 - Wed 3 Mar 2027 | 1 x 5 mg tablet | 5 mg/day |" in text

    @pytest.mark.parametrize(
        "title", ["a | b", "<b>x</b>", "*x*", "`x`", "a_b", "a\\b", "[x](http://e)", "![i](t)", "&lt;"]
    )
    def test_what_is_written_by_a_person_never_becomes_a_mark(self, title):
        line = to_markdown(scheduled(plan_with(course(step("5 mg", "1 day")), title=title))).splitlines()[0]
        unescaped = line.replace("\\\\", "")
        for mark in "|<*`_[]!&":
            assert all(unescaped[index - 1] == "\\" for index, sign in enumerate(unescaped) if sign == mark)

    def test_what_stands_below_is_written_as_lists(self):
        schedule = scheduled(plan_of(step("5 mg", "20 days")))
        text = to_markdown(schedule, check(schedule), count_supply(schedule, fills=days(10)))
        below = text.split("|\n\n", 1)[1].splitlines()
        assert below[0] == "- testamine: the plan ends on 2027-03-20 with a review; it says nothing of what follows."
        assert "- 20 x 5 mg tablet, 20 used (t5mg)" in below
        assert below[below.index("- Fill 1, 2027-03-01 to 2027-03-10 (10 days):") + 1].startswith("  - 10 x 5 mg")
        assert [line for line in below if line.startswith("- NOT ASSESSED")]
        plain = [line for line in below if line and not line.lstrip().startswith("- ")]
        assert [line.partition(" ")[0] for line in plain] == ["Supply", "Review:", "A"]

    def test_a_title_of_two_lines_stays_one_heading(self):
        plan = plan_with(course(step("5 mg", "1 day")), title="one\n# two")
        assert to_markdown(scheduled(plan)).splitlines()[0] == "# one \\# two"
        assert to_table(scheduled(plan)).splitlines()[0] == "one # two"


class TestCsv:
    def test_one_line_stands_for_a_portion(self):
        lines = list(csv.reader(io.StringIO(to_csv(scheduled(plan_of(step("7 mg", "1 day")))))))
        assert lines[0] == [
            "date",
            "day",
            "course",
            "step",
            "drug",
            "slot",
            "dose",
            "portion",
            "mg",
            "product",
            "count",
            "count_numerator",
            "count_denominator",
            "volume",
            "note",
            "remark",
        ]
        assert [line[6:] for line in lines[1:]] == [
            ["7 mg", "1", "5", "t5mg", "1", "1", "1", "", "", ""],
            ["7 mg", "2", "2", "t2mg", "1", "1", "1", "", "", ""],
        ]

    @pytest.mark.parametrize(
        ("dose", "score", "cells"),
        [
            ("2.5 mg", 2, ["2.5", "t5mg", "0.5", "1", "2"]),
            ("3.75 mg", 4, ["3.75", "t5mg", "0.75", "3", "4"]),
            ("5/3 mg", 3, ["1 2/3", "t5mg", "0 1/3", "1", "3"]),
            ("20/3 mg", 3, ["6 2/3", "t5mg", "1 1/3", "4", "3"]),
        ],
    )
    def test_no_count_can_be_read_as_a_date(self, dose, score, cells):
        schedule = scheduled(plan_of(step(dose, "1 day")), products=[tablet("5 mg", score=score)])
        assert list(csv.reader(io.StringIO(to_csv(schedule))))[1][8:13] == cells

    def test_a_volume_has_its_own_column(self):
        text = to_csv(scheduled(plan_of(step("5 mg", "1 day")), products=[liquid()]))
        assert text.splitlines()[1].endswith("5 mg,1,5,solution,,,,5 mL,,")

    @pytest.mark.parametrize("start", ["=", "+", "-", "@"])
    def test_no_cell_is_read_as_a_formula(self, start):
        from taper.formats.table import _safe

        assert _safe(f"{start}1") == f"'{start}1"
        assert _safe("1") == "1"
