"""Pictures: what they say in words, the places of what they draw, the same bytes each time, nothing from elsewhere."""

import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from math import isclose

import matplotlib as mpl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from matplotlib.dates import num2date

from builders import START, course, draws, liquid, plan_with, step, tablet
from taper import (
    DailyDose,
    Formulary,
    InvalidInput,
    Log,
    MissingExtra,
    Plan,
    Product,
    apply_log,
    count_supply,
    mg,
    months,
    plot_calendar,
    plot_doses,
    plot_falls,
    plot_occupancy,
    plot_supply,
    realize,
    to_schedule,
    weeks,
)  # fmt: skip
from taper.formats.plots.axes import tick_days
from taper.formats.plots.drug_totals import track_of
from taper.formats.plots.overlays import Curve, LimitLine, ideal_curve
from taper.formats.plots.picture import COLORS, DASHES, MARKERS, Picture
from taper.knowledge.monograph import Occupancy
from taper.paces.rulers import linear, logarithmic
from taper.plans.log import Symptom
from taper.source import Source
from taper.testing import realizable_plans, starts

SOURCE = Source(
    id="s", organization="Institute", title="Label", locator="x", year=2026, grade="A", verified_on=date(2026, 1, 1)
)
TABLETS = (tablet("10 mg", score=2), tablet("1 mg"))
OTHER = tablet("5 mg", id="other", drug="othamine")
MODEL = Occupancy(source=SOURCE, target="receptor", vmax="80", km="2")
TWENTY = {"regimen": {"evening": "20 mg"}}


def schedule_of(*courses, **more):
    return to_schedule(realize(plan_with(*courses), (*TABLETS, OTHER)), start=START, **more)


def taper(*doses, before=TWENTY, then="stop", lasting="2 weeks", **more):
    steps = [step(dose, lasting) for dose in doses]
    return course(*steps, then=then, **({"before": before} if before else {}), **more)


FALLING = schedule_of(taper("15 mg", "10 mg", "5 mg"))
RISING = schedule_of(course(step("5 mg", "3 days"), step("10 mg"), before="nothing", then="continue"), horizon=weeks(4))
TWO = schedule_of(
    taper("15 mg", "10 mg", id="a"),
    course(step("5 mg", "4 weeks"), drug="othamine", then="review", id="b", starts_on_day=8, before="nothing"),
)
PICTURES = {
    "doses": plot_doses(FALLING),
    "falls": plot_falls(FALLING, of="current"),
    "occupancy": plot_occupancy(FALLING, MODEL),
    "supply": plot_supply(FALLING),
    "calendar": plot_calendar(FALLING),
}


def axis_of(picture, number=0):
    return picture.figure.axes[number]


def words_in(picture):
    """Every word in the SVG, as a reader of its text finds it; a space that does not break counts as a space."""
    root = ET.fromstring(picture.to_svg())
    return " ".join("".join(root.itertext()).replace("\N{NO-BREAK SPACE}", " ").split())


def stairs_of(axis):
    """The outline of the first staircase: its heights and the dates at which each begins."""
    drawn = next(patch for patch in axis.patches if type(patch).__name__ == "StepPatch" and not patch.get_fill())
    values, edges, _ = drawn.get_data()
    return list(values), [num2date(edge).date() for edge in edges]


@pytest.mark.no_cover
@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_drawn_alike_each_time(name):
    picture = PICTURES[name]
    assert picture.to_svg() == picture.to_svg() == picture._repr_svg_()
    assert picture.to_png() == picture.to_png()
    assert picture.to_png().startswith(b"\x89PNG")


DRAWN_AGAIN = """
import sys; sys.path[:0] = sys.argv[1:]
import hashlib
from test_plots import PICTURES
print(hashlib.sha256("".join(p.to_svg() for p in PICTURES.values()).encode()).hexdigest())
"""


def test_another_process_with_other_settings_draws_the_same_svg(tmp_path):
    (tmp_path / "matplotlibrc").write_text("lines.linewidth: 9\nfont.size: 30\nsvg.fonttype: path\n", encoding="utf-8")
    here = __file__.rpartition("/")[0]
    made = [
        subprocess.run(
            [sys.executable, "-c", DRAWN_AGAIN, here, here.rpartition("/")[0]],
            capture_output=True, text=True, check=True, cwd=folder,
            env={"PYTHONHASHSEED": seed, "HOME": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)},
        ).stdout
        for seed, folder in (("1", here), ("2", str(tmp_path)))
    ]  # fmt: skip
    assert made[0] == made[1] != ""


def test_drawing_leaves_the_callers_settings_alone():
    before = dict(mpl.rcParams)
    plot_doses(FALLING).to_svg()
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_needs_nothing_from_elsewhere(name):
    root = ET.fromstring(PICTURES[name].to_svg())
    links = [
        value for item in root.iter() for key, value in item.attrib.items() if key.rpartition("}")[2] in {"href", "src"}
    ]
    assert all(link.startswith(("#", "data:")) for link in links)
    assert not [item for item in root.iter() if item.tag.rpartition("}")[2] in {"script", "foreignObject"}]
    assert "@import" not in PICTURES[name].to_svg()


@pytest.mark.no_cover
@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_has_a_title_a_description_and_axes_with_units(name):
    picture = PICTURES[name]
    root = ET.fromstring(picture.to_svg())
    assert root.attrib["role"] == "img"
    assert [child.text for child in root[:2]] == [picture.title, picture.description]
    assert picture._repr_svg_() == picture.to_svg()
    units = {"doses": "mg/day", "falls": "%", "occupancy": "%", "supply": "tablets", "calendar": "mg/day"}[name]
    assert units in " ".join(axis.get_ylabel() for axis in picture.figure.axes)


def test_words_that_look_like_markup_stay_words():
    hostile = "<script>&$x^2$ \\frac"
    picture = plot_doses({hostile: FALLING})
    assert hostile in words_in(picture)
    assert hostile in picture.title


@pytest.mark.parametrize("dpi", [0, 19, 1201])
def test_a_resolution_that_draws_nothing_readable_is_refused(dpi):
    with pytest.raises(InvalidInput, match="dots per inch"):
        PICTURES["doses"].to_png(dpi=dpi)


def test_more_dots_make_a_larger_picture():
    def width(data):
        return int.from_bytes(data[16:20])

    assert width(PICTURES["doses"].to_png(dpi=200)) == 2 * width(PICTURES["doses"].to_png(dpi=100))


def test_the_colors_stay_apart_on_gray_paper_for_four_plans():
    def lightness(color):
        red, green, blue = (int(color[place : place + 2], 16) / 255 for place in (1, 3, 5))
        return 0.299 * red + 0.587 * green + 0.114 * blue

    levels = sorted(lightness(color) for color in COLORS[:4])
    assert min(high - low for low, high in pairwise(levels)) > 0.05
    assert len({str(dash) for dash in DASHES}) == len(set(MARKERS)) == len(COLORS)


@draws(12)
@given(realizable_plans(), starts())
def test_the_staircase_stands_at_the_totals_of_the_schedule(case, start):
    horizon = weeks(3) if case.plan.is_open else None
    schedule = to_schedule(realize(case.plan, case.products), start=start, horizon=horizon)
    assume(any(day.intakes for day in schedule.days))
    picture = plot_doses(schedule)
    (drug,) = schedule.realized.drugs
    unit = track_of(schedule, drug).unit
    heights, edges = stairs_of(axis_of(picture))
    totals = [float(day.totals.get(drug, DailyDose(0)).mg / unit.in_mg) for day in schedule.days]
    assert heights == totals
    assert edges == [start + timedelta(days=number) for number in range(len(totals) + 1)]


@pytest.mark.parametrize(
    ("schedule", "title"),
    [
        (FALLING, "testamine: 20 mg/day to 0, last dose on 11 Apr 2027"),
        (RISING, "testamine: 5 mg/day to 10 mg/day by 4 Mar 2027, and continues"),
        (schedule_of(taper("15 mg", "10 mg"), horizon=weeks(3)),
         "testamine: 20 mg/day to 10 mg/day by 15 Mar 2027, and continues"),
        (schedule_of(taper("15 mg", then="review")), "testamine: 20 mg/day to 15 mg/day by 1 Mar 2027, then a review"),
        (schedule_of(taper("15 mg", before=None, then="review")),
         "testamine: 15 mg/day throughout to 14 Mar 2027, then a review"),
        (schedule_of(course(step("5 mg", "1 week"), {"kind": "decision"}, then="continue"), horizon=weeks(3)),
         "testamine: 5 mg/day throughout to 7 Mar 2027, then a decision"),
    ],
    ids=["stop", "continues", "window", "review", "unchanged", "decision"],
)  # fmt: skip
def test_the_title_says_from_what_to_what_and_how_it_ends(schedule, title):
    assert plot_doses(schedule).title == title


def test_what_lies_beyond_and_how_it_ends_stands_below():
    assert "the plan continues beyond 2027-03-28" in words_in(plot_doses(RISING))
    assert "continues beyond 2027-03-21" in words_in(plot_doses(schedule_of(taper("15 mg", "10 mg"), horizon=weeks(3))))


def test_a_line_is_drawn_at_its_height_and_cited():
    picture = plot_doses(FALLING, lines=[LimitLine(DailyDose(40), "maximum", SOURCE)])
    assert [40.0, 40.0] in [list(line.get_ydata()) for line in axis_of(picture).lines]
    assert "maximum: 40 mg/day" in words_in(picture)
    assert f"maximum, 40 mg/day: {SOURCE.citation}" in words_in(picture)


def test_an_ideal_curve_is_drawn_and_named():
    curve = Curve("as asked", ((START, DailyDose(20)), (START + timedelta(days=42), DailyDose(0))))
    picture = plot_doses(FALLING, ideal=[curve])
    assert [20.0, 0.0] in [list(line.get_ydata()) for line in axis_of(picture).lines]
    assert "as asked" in [text.get_text() for text in axis_of(picture).get_legend().get_texts()]


def test_each_drug_has_a_panel_and_its_own_marks():
    marks = [LimitLine(DailyDose(30), "most", SOURCE, drug="othamine")]
    curves = [Curve("asked", ((START, DailyDose(20)), (START + timedelta(days=9), DailyDose(10))), drug="testamine")]
    picture = plot_doses(TWO, lines=marks, ideal=curves)
    assert [axis.get_ylabel() for axis in picture.figure.axes] == ["testamine, mg/day", "othamine, mg/day"]
    assert axis_of(picture, 0).get_legend() is not None
    assert [30.0, 30.0] in [list(line.get_ydata()) for line in axis_of(picture, 1).lines]
    assert plot_doses(TWO, drug="othamine").title.startswith("othamine: ")


def test_several_plans_are_named_in_legend_title_and_foot():
    slower = schedule_of(taper("15 mg", "10 mg", "5 mg", lasting="4 weeks"))
    picture = plot_doses({"fast": FALLING, "slow": slower})
    assert picture.title == (
        "testamine: fast, 20 mg/day to 0, last dose on 11 Apr 2027; slow, 20 mg/day to 0, last dose on 23 May 2027"
    )
    assert [text.get_text() for text in axis_of(picture).get_legend().get_texts()] == ["fast", "slow"]
    assert "slow: testamine: stop" in words_in(picture)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: plot_doses({}), "0 plans"),
        (lambda: plot_doses({str(number): FALLING for number in range(6)}), "6 plans"),
        (lambda: plot_doses(TWO, drug="nothing"), "name one of testamine, othamine"),
        (lambda: plot_doses(TWO, lines=[LimitLine(DailyDose(1), "most", SOURCE)]), "names no drug"),
        (lambda: plot_doses(FALLING, lines=[LimitLine(DailyDose(1), "most", SOURCE, drug="x")]), "is not drawn"),
        (lambda: plot_calendar(TWO), "name one with drug="),
        (lambda: plot_falls(FALLING, of="either"), 'write "current" or "start"'),
        (lambda: plot_occupancy(FALLING, MODEL.model_copy(update={"km": Fraction(0)})), "no curve"),
        (lambda: Curve("one point", ((START, DailyDose(1)),)), "fewer than two points"),
        (lambda: Curve("back", ((START, DailyDose(1)), (START, DailyDose(0)))), "not in order"),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_words(call, message):
    with pytest.raises(InvalidInput, match=message.replace("=", "=")):
        call()


def with_scores(schedule, *scores):
    given = [Symptom(day=START + timedelta(days=day - 1), score=score, scale=scale) for day, score, scale in scores]
    log = Log.of(schedule.realized.plan, START, symptoms=given)
    return apply_log(schedule, log)


class TestScores:
    """Scores stand below the doses as they were given, on scales of their own."""

    def test_each_scale_has_a_panel_with_a_mark_at_noon_of_each_day(self):
        picture = plot_doses(with_scores(FALLING, (3, 7, "sleep"), (10, 4, None), (17, 5, "sleep")))
        assert [axis.get_ylabel() for axis in picture.figure.axes] == ["testamine, mg/day", "score\n(sleep)", "score"]
        (line,) = axis_of(picture, 1).lines
        assert list(line.get_ydata()) == [7.0, 5.0]
        noon = [num2date(x).replace(tzinfo=None) - timedelta(hours=12) for x in line.get_xdata(orig=False)]
        assert [when.date() for when in noon] == [START + timedelta(days=2), START + timedelta(days=16)]
        assert "Scores (sleep), as given: 2027-03-03 7 (sleep); 2027-03-17 5 (sleep)." in picture.description

    def test_scores_of_several_plans_keep_the_marks_of_their_plans(self):
        scored = with_scores(FALLING, (3, 0, None))
        other = with_scores(schedule_of(taper("15 mg", "10 mg")), (4, 0, None))
        picture = plot_doses({"one": scored, "other": other, "none": FALLING})
        assert [line.get_marker() for line in axis_of(picture, 1).lines] == list(MARKERS[:2])
        assert "Scores, as given: one: 2027-03-03 0. other: 2027-03-04 0." in picture.description

    def test_scores_after_the_last_dose_are_drawn_and_the_axis_reaches_them(self):
        picture = plot_doses(with_scores(FALLING, (100, 5, None)))
        (mark,) = axis_of(picture, 1).lines
        assert num2date(axis_of(picture, 1).get_xlim()[1]) > num2date(mark.get_xdata(orig=False)[0])

    def test_scores_beyond_a_window_are_not_drawn(self):
        window = schedule_of(taper("15 mg", "10 mg", "5 mg"), horizon=weeks(2))
        assert len(plot_doses(with_scores(window, (20, 5, None))).figure.axes) == 1

    def test_more_than_four_scales_are_refused(self):
        scores = [(day, 5, f"scale-{day}") for day in range(1, 6)]
        with pytest.raises(InvalidInput, match="scores on 5 scales do not fit"):
            plot_doses(with_scores(FALLING, *scores))


def test_a_schedule_that_shows_no_dose_cannot_be_drawn():
    late = schedule_of(course(step("5 mg", "1 week"), then="review", starts_on_day=30), horizon=weeks(1))
    with pytest.raises(InvalidInput, match="no dose is shown"):
        plot_doses(late)
    with pytest.raises(InvalidInput, match="name one of no drugs"):
        plot_doses(late, drug="testamine")


def test_a_gap_is_hatched_and_named():
    gap = schedule_of(course(step("5 mg", "1 week"), {"kind": "gap", "for": "1 week"}, step("5 mg", "1 week")))
    assert "not taken" in words_in(plot_doses(gap))


def test_days_that_await_a_decision_are_not_drawn_as_days_without_doses():
    schedule = schedule_of(course(step("5 mg", "1 week"), {"kind": "decision"}, then="continue"), horizon=weeks(3))
    heights, _ = stairs_of(axis_of(plot_doses(schedule)))
    assert heights == [5.0] * 7
    assert "decision needed" in words_in(plot_doses(schedule))
    assert plot_falls(schedule, of="current").title == "testamine: no reduction is shown"


def test_a_long_cycle_is_dots_and_no_black_band():
    cycle = course(step(["20 mg", "10 mg", {}], "3 years"))
    picture = plot_doses(schedule_of(cycle))
    assert not [patch for patch in axis_of(picture).patches if type(patch).__name__ == "StepPatch"]
    assert set(axis_of(picture).lines[0].get_ydata()) == {20.0, 10.0, 0.0}


def test_many_short_levels_carry_no_numbers():
    def numbers(*doses):
        picture = plot_doses(schedule_of(taper(*doses, lasting="1 day")))
        return [text.get_text() for text in axis_of(picture).texts]

    assert numbers(*(f"{amount} mg" for amount in range(10, 0, -1))) == [str(n) for n in range(10, 0, -1)]
    assert numbers(*(f"{amount} mg" for amount in range(40, 0, -1))) == ["40", "1"]
    assert numbers(*(f"{amount} mg" for amount in range(70, 0, -1))) == []


def test_falls_count_from_what_was_taken_before_and_end_with_the_stop():
    stems = axis_of(plot_falls(FALLING, of="current")).lines[-1]
    assert [day.date() for day in stems.get_xdata()] == [
        START, START + timedelta(days=14), START + timedelta(days=28), START + timedelta(days=42)
    ]  # fmt: skip
    assert [round(height, 6) for height in stems.get_ydata()] == [25.0, 33.333333, 50.0, 100.0]
    from_start = axis_of(plot_falls(FALLING, of="start")).lines[-1]
    assert list(from_start.get_ydata()) == [25.0, 25.0, 25.0, 25.0]


@pytest.mark.parametrize(
    ("schedule", "of", "title"),
    [
        (FALLING, "current",
         "testamine: the largest reduction before the stop is 50 % of the total before it, on 29 Mar 2027; "
         "the stop is a reduction from 5 mg/day"),
        (FALLING, "start",
         "testamine: the largest reduction before the stop is 25 % of the total before day 1, on 1 Mar 2027; "
         "the stop is a reduction from 5 mg/day"),
        (schedule_of(taper("20 mg")), "current", "testamine: the stop is a reduction from 20 mg/day"),
        (schedule_of(taper("15 mg", then="review")), "current",
         "testamine: the largest reduction is 25 % of the total before it, on 1 Mar 2027"),
        (RISING, "current",
         "testamine: no reduction is shown; the largest rise is 100 % of the total before it, on 4 Mar 2027"),
    ],
)  # fmt: skip
def test_the_title_of_the_falls_names_the_largest_and_the_stop(schedule, of, title):
    assert plot_falls(schedule, of=of).title == title


def test_a_rise_from_nothing_is_counted_and_an_unknown_past_is_said():
    assert "1 rise from 0 not drawn" in words_in(plot_falls(RISING, of="current"))
    unknown = schedule_of(taper("15 mg", "10 mg", before=None))
    assert "not known, so a change on day 1 is not shown" in words_in(plot_falls(unknown, of="current"))


def test_falls_and_rises_have_marks_of_their_own():
    back = schedule_of(course(step("10 mg", "1 week"), step("15 mg", "1 week", kind="step-back"), before=TWENTY))
    axis = axis_of(plot_falls(back, of="current"))
    assert [text.get_text() for text in axis.get_legend().get_texts()] == ["reduction", "rise"]
    assert {line.get_marker() for line in axis.lines[1:]} == {"o", "v"}
    assert "(a rise is below 0)" in axis.get_ylabel()


def test_what_was_asked_is_a_line():
    axis = axis_of(plot_falls(FALLING, of="current", asked="12.5", words="asked for"))
    assert [12.5, 12.5] in [list(line.get_ydata()) for line in axis.lines]
    assert "asked for: 12.5 %" in [text.get_text() for text in axis.texts]


def test_a_long_cycle_has_dots_for_falls():
    axis = axis_of(plot_falls(schedule_of(course(step(["20 mg", "10 mg"], "2 years"))), of="current"))
    assert not axis.texts
    assert len(axis.collections) == 0


def test_a_course_that_begins_later_counts_what_was_taken_until_then():
    late = schedule_of(course(step("15 mg", "1 week"), before=TWENTY, starts_on_day=8))
    stems = axis_of(plot_falls(late, of="current")).lines[-1]
    assert list(stems.get_ydata()) == [25.0]


def test_occupancy_is_the_models_and_says_whose():
    picture = plot_occupancy(FALLING, MODEL)
    heights, _ = stairs_of(axis_of(picture, 1))
    assert isclose(heights[0], 80 * 15 / 17)
    assert SOURCE.citation in words_in(picture)
    assert "A teaching model of a group's mean, no measure of a person: Vmax 80 %, Km 2 mg/day." in words_in(picture)
    assert picture.title == (
        "testamine: the largest single drop in modeled occupancy of receptor is about 57 points, "
        "from 5 mg/day to 0 mg/day"
    )


def test_occupancy_names_its_region_and_a_plan_that_only_rises():
    model = MODEL.model_copy(update={"region": "striatum"})
    assert plot_occupancy(RISING, model).title == "testamine: occupancy of receptor, striatum never drops"
    one = schedule_of(taper("20 mg", "19 mg", then="review"))
    assert "about 0 points" in plot_occupancy(one, MODEL).title or "about 1 point," in plot_occupancy(one, MODEL).title


def test_many_levels_of_occupancy_are_labeled_at_both_ends_only():
    many = schedule_of(taper(*(f"{amount} mg" for amount in range(19, 0, -1)), then="review", before=None))
    assert [text.get_text() for text in axis_of(plot_occupancy(many, MODEL)).texts] == ["1", "19"]


@draws(12)
@given(realizable_plans(), starts())
def test_the_line_of_each_product_ends_at_what_the_supply_counts(case, start):
    horizon = weeks(3) if case.plan.is_open else None
    schedule = to_schedule(realize(case.plan, case.products), start=start, horizon=horizon)
    supply = count_supply(schedule)
    ends = sorted(line.get_ydata()[-1] for axis in plot_supply(schedule).figure.axes for line in axis.lines[::3])
    assert ends == pytest.approx(sorted(float(line.used) for line in supply.lines))


def test_tablets_and_liquids_have_panels_of_their_own_and_fills_are_steps():
    both = to_schedule(
        realize(plan_with(course(step({"morning": "10 mg", "evening": "0.5 mg"}, "8 weeks"), then="review")),
                [tablet("10 mg", pack=28), liquid(pack="100 mL")]), start=START,
    )  # fmt: skip
    picture = plot_supply(both, count_supply(both, fills=weeks(4), on_hand={"t10mg": 10}, packs=True))
    assert [axis.get_ylabel() for axis in picture.figure.axes] == ["tablets", "mL"]
    assert "10 on hand" in words_in(picture)
    steps = axis_of(picture, 0).lines[1]
    assert list(steps.get_ydata()) == [10.0, 38.0, 66.0, 66.0]


def test_a_supply_of_the_rest_of_a_plan_is_drawn_from_its_first_day():
    picture = plot_supply(FALLING, count_supply(FALLING, since=START + timedelta(days=28)))
    begin = axis_of(picture).lines[0].get_xdata()[0].date()
    assert begin == START + timedelta(days=28)


def test_supply_without_a_dose_is_said():
    late = schedule_of(course(step("5 mg", "1 week"), then="review", starts_on_day=30), horizon=weeks(1))
    assert plot_supply(late).title == "nothing to supply for 7 days, to 7 Mar 2027"


def test_every_date_has_its_cell():
    picture = plot_calendar(schedule_of(course(step(["10 mg", {}], "3 weeks"))))
    cells = axis_of(picture).collections[0].get_array().reshape(7, 3)
    assert [cells[row][0] for row in (0, 2, 4, 6)] == [10.0] * 4
    assert cells.mask[1][0]
    assert picture.title == "testamine: 10 mg/day, taken on 11 of 21 days, 1 Mar 2027 to 21 Mar 2027"
    assert "A ring is a day without a dose." in words_in(picture)
    assert "A ring" not in words_in(plot_calendar(FALLING))


def test_a_long_plan_has_a_band_for_each_year():
    picture = plot_calendar(schedule_of(course(step("10 mg", "20 months"))))
    bands = [axis for axis in picture.figure.axes if axis.get_yticklabels()[0].get_text() == "Mon"]
    assert [axis.get_xticklabels()[0].get_text() for axis in bands] == ["Mar\n2027", "Jan\n2028"]
    days = sum(axis.collections[0].get_array().count() for axis in bands)
    assert days == len(schedule_of(course(step("10 mg", "20 months"))).days)


def test_a_calendar_that_begins_late_in_a_month_names_that_month():
    late = to_schedule(realize(plan_with(taper("10 mg", "5 mg")), TABLETS), start=date(2027, 3, 5))
    assert [label.get_text() for label in axis_of(plot_calendar(late)).get_xticklabels()] == ["Mar\n2027", "Apr"]
    later = to_schedule(realize(plan_with(taper("10 mg")), TABLETS), start=date(2027, 3, 30))
    assert axis_of(plot_calendar(later)).get_xticklabels()[0].get_text() == "Apr\n2027"


def test_an_amount_too_long_for_its_cell_is_left_to_its_color():
    odd = to_schedule(realize(plan_with(course(step("16 2/3 mg", "1 week"))), [tablet("10 mg", score=3)]), start=START)
    assert not axis_of(plot_calendar(odd)).texts


@pytest.mark.parametrize("days", [1, 2, 9, 10, 60, 61, 200, 365, 1000, 3000, 7300, 73000, 109500])
def test_a_date_axis_has_one_to_nine_ticks_inside_it(days):
    first = date(1900, 1, 5)
    last = first + timedelta(days=days - 1)
    ticks = tick_days(first, last)
    assert 1 <= len(ticks) <= 9
    assert first <= ticks[0] <= ticks[-1] <= last
    assert ticks == sorted(set(ticks))


def test_an_ideal_curve_is_straight_on_its_ruler():
    ruler = logarithmic("10%", at_least=mg(1))
    curve = ideal_curve(
        ruler, start=START, before=DailyDose(20), days_per_pace=14, last=START + timedelta(days=400), words="asked"
    )
    totals = [total for _, total in curve.points]
    assert totals[0] == DailyDose(20)
    assert isclose(totals[14].mg, 18, rel_tol=1e-8)
    assert isclose(totals[28].mg, Fraction("16.2"), rel_tol=1e-8)
    assert totals[-1] == DailyDose(0)
    assert all(one >= other for one, other in pairwise(totals))


def test_an_ideal_curve_that_never_comes_to_0_ends_with_the_plan():
    last = START + timedelta(days=140)
    curve = ideal_curve(logarithmic("10%"), start=START, before=DailyDose(20), days_per_pace=14, last=last, words="x")
    assert curve.points[-1][0] == last + timedelta(days=1)
    assert isclose(curve.points[140][1].mg, 20 * 0.9**10, rel_tol=1e-6)


@given(st.integers(1, 30), st.integers(1, 40))
def test_an_ideal_line_of_equal_steps_meets_each_step(start, days):
    curve = ideal_curve(
        linear(mg(1)), start=START, before=DailyDose(start), days_per_pace=days, last=date(2200, 1, 1), words="1 mg"
    )
    assert curve.points[-1] == (START + timedelta(days=start * days), DailyDose(0))
    for day, total in curve.points:
        assert isclose(total.mg, start - (day - START).days / days, abs_tol=1e-7)


def test_an_ideal_curve_on_occupancy_falls_by_equal_points():
    ruler = MODEL.ruler(10)
    curve = ideal_curve(ruler, start=START, before=DailyDose(20), days_per_pace=7, last=date(2030, 1, 1), words="x")
    points = [float(ruler.occupancy(total.mg)) for _, total in curve.points[::7]]
    assert all(isclose(one - other, 10, abs_tol=1e-6) for one, other in pairwise(points))


def test_a_pace_of_less_than_a_day_has_no_curve():
    with pytest.raises(InvalidInput, match="0 days"):
        ideal_curve(linear(mg(1)), start=START, before=DailyDose(2), days_per_pace=0, last=START, words="x")


def test_without_its_package_a_plot_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtra) as caught:
        plot_doses(FALLING)
    assert str(caught.value) == 'a plot needs the package matplotlib: pip install "matplotlib>=3.9,<4"'


def test_a_plan_of_years_is_drawn():
    long = schedule_of(course(step("10 mg", "200 months"), then="review"), horizon=months(150))
    assert isinstance(plot_doses(long), Picture)


class TestTheTitleOfAPlanThatTurns:
    """A title that names two ends alone would call a rise and a fall nothing at all."""

    @pytest.mark.parametrize(
        ("doses", "then", "title"),
        [
            (("2 mg", "6 mg", "2 mg"), "review", "2 mg/day up to 6 mg/day, then to 2 mg/day by 11 Mar 2027, "
             "then a review"),
            (("2 mg", "6 mg", "4 mg"), "stop", "2 mg/day up to 6 mg/day, then to 0, last dose on 15 Mar 2027"),
            (("6 mg", "2 mg", "6 mg"), "review", "6 mg/day down to 2 mg/day, then to 6 mg/day by 11 Mar 2027, "
             "then a review"),
            (("6 mg", "4 mg", "2 mg"), "stop", "6 mg/day to 0, last dose on 15 Mar 2027"),
        ],
        ids=["up-and-back", "up-and-off", "down-and-back", "down"],
    )  # fmt: skip
    def test_it_names_the_highest_or_the_lowest_on_the_way(self, doses, then, title):
        tablets = [tablet("2 mg")]
        plan = plan_with(course(*(step(dose, "5 days") for dose in doses), then=then))
        schedule = to_schedule(realize(plan, tablets), start=START)
        assert plot_doses(schedule).title == f"testamine: {title}"


class TestSeveralDrugs:
    @staticmethod
    def crossing():
        plan = Plan.read({"courses": [
            {"drug": "lorazepam", "then": "stop", "steps": [{"for": "4 days", "regimen": {"bedtime": "2 mg"}}]},
            {"drug": "diazepam", "then": "review",
             "steps": [{"for": "8 days", "regimen": {"bedtime": "10 mg"}}]}]})  # fmt: skip
        products = [Product(id="l1", drug="lorazepam", form="tablet", strength="1 mg"),
                    Product(id="d5", drug="diazepam", form="tablet", strength="5 mg")]  # fmt: skip
        return to_schedule(realize(plan, products), start=date(2027, 3, 1))

    def test_supply_has_a_panel_for_each_drug_and_names_it(self):
        picture = plot_supply(self.crossing())
        assert [axis.get_ylabel() for axis in picture.figure.axes] == ["diazepam, tablets", "lorazepam, tablets"]
        assert "16 x diazepam 5 mg tablet" in picture.title
        assert "8 x lorazepam 1 mg tablet" in picture.title

    def test_the_sum_is_by_the_table_that_is_named_and_cites_it(self):
        table = Formulary.shipped().table("ashton-2002")
        schedule = self.crossing()
        picture = plot_doses(schedule, equivalence=table)
        ratio = table.ratio("lorazepam", "diazepam")
        summed = picture.figure.axes[-1]
        assert summed.get_ylabel() == "sum, mg of diazepam\na day, about"
        stairs = {patch.get_label(): list(patch.get_data().values) for patch in summed.patches}
        assert stairs["sum"] == [float(2 * ratio + 10)] * 4 + [10.0] * 4
        assert stairs["lorazepam"] == [float(2 * ratio)] * 4 + [0.0] * 4
        assert table.source.citation in picture.description
        assert "approximately" in picture.description
        assert picture.title.startswith("lorazepam: ")
        assert "diazepam: " in picture.title

    def test_no_table_means_no_sum(self):
        assert len(plot_doses(self.crossing()).figure.axes) == 2

    def test_a_sum_is_of_one_plan(self):
        table = Formulary.shipped().table("ashton-2002")
        with pytest.raises(InvalidInput, match="a sum in equivalents is of one plan"):
            plot_doses({"a": self.crossing(), "b": self.crossing()}, equivalence=table)
