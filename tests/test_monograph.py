"""The cited facts of a drug: each shape holds what its source gives, and nothing else."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import liquid, source_data, tablet
from taper import Dose, Formulary, InvalidInput, Source, mg, to_monograph_text
from taper.knowledge.kidney_advice import KidneyAction, KidneyAdvice, KidneyBand, KidneyState
from taper.knowledge.monograph import AgeAdvice, Ceiling, RestartRule, Start, Titration, TitrationStep
from taper.knowledge.stopping_advice import Stopping, StoppingBand, StoppingShape
from taper.products.recipes import make

SOURCE = Source.read({"id": "test", **source_data()})


def band(**data):
    return KidneyBand.read({"action": "avoid"} | data)


def advice(*bands, **data):
    plain = {"source": SOURCE, "measure": "eGFR", "basis": "label", "bands": bands}
    return KidneyAdvice.read(plain | data)


class TestKidneyBands:
    @pytest.mark.parametrize(
        ("edges", "inside", "outside"),
        [
            ({"at_least": 30, "below": 60}, [30, 59], [29, 60]),
            ({"above": 30, "at_most": 60}, [31, 60], [30, 61]),
            ({"below": 15}, [1, 14], [15]),
            ({"above": 80}, [81, 200], [80]),
        ],
    )
    def test_each_edge_is_open_or_closed_as_printed(self, edges, inside, outside):
        assert all(band(**edges).holds(Fraction(value)) for value in inside)
        assert not any(band(**edges).holds(Fraction(value)) for value in outside)

    def test_lower_and_upper_are_the_edges_whatever_their_kind(self):
        assert (band(at_least=30, below=60).lower, band(at_least=30, below=60).upper) == (30, 60)
        assert (band(above=30, at_most=60).lower, band(above=30, at_most=60).upper) == (30, 60)

    def test_a_band_has_one_edge_on_each_side(self):
        with pytest.raises(InvalidInput, match="one lower edge"):
            band(at_least=30, above=30)
        with pytest.raises(InvalidInput, match="one upper edge"):
            band(at_most=30, below=30)

    @pytest.mark.parametrize(
        ("action", "figures"),
        [
            ("daily maximum", {"maximum": "10 mg"}),
            ("initial daily dose", {"initial": "5 mg"}),
            ("daily range", {"low": "5 mg", "high": "10 mg"}),
            ("fraction of the usual dose", {"fraction": "1/2"}),
            ("avoid", {}),
            ("reduce, no figure given", {}),
        ],
    )
    @pytest.mark.parametrize("kind", [KidneyBand, KidneyState])
    def test_each_action_takes_exactly_its_own_figures(self, kind, action, figures):
        said = {"action": action} | ({"below": 30} if kind is KidneyBand else {})
        assert kind.read(said | figures)
        with pytest.raises(InvalidInput, match="keep the source's own shape"):
            kind.read(said | ({} if figures else {"maximum": "10 mg"}))

    @pytest.mark.parametrize(
        ("edges", "words"),
        [
            ({}, "a band without an edge"),
            ({"at_least": 60, "below": 30}, "no value lies between its edges, 60 and 30"),
            ({"at_least": 30, "below": 30}, "no value lies between its edges, 30 and 30"),
            ({"below": -1}, "is above 0; correct the edge"),
            ({"at_least": -1, "below": 30}, "is above 0; correct the edge"),
            ({"below": 0}, "is above 0; correct the edge"),
        ],
    )
    def test_edges_hold_some_value(self, edges, words):
        with pytest.raises(InvalidInput, match=words):
            band(**edges)
        assert band(at_least=15, at_most=15).holds(Fraction(15))
        assert band(at_least=0, below="0.5").holds(Fraction(0))
        assert KidneyState.read({"action": "avoid", "at_least": 15, "at_most": 15}).at_most == 15
        with pytest.raises(InvalidInput, match="is above 0; correct the edge"):
            KidneyState.read({"action": "avoid", "at_most": 0})
        with pytest.raises(InvalidInput, match="no value lies between its edges, 70 and 10"):
            KidneyState.read({"action": "avoid", "at_least": 70, "at_most": 10})

    def test_a_range_goes_up_and_every_other_day_belongs_to_a_figure(self):
        with pytest.raises(InvalidInput, match="a range goes up, got 10 mg to 5 mg; correct it"):
            band(below=30, action="daily range", low="10 mg", high="5 mg")
        with pytest.raises(InvalidInput, match="belongs to a daily maximum or range; add the figure"):
            band(below=30, action="avoid", every_other_day=True)

    @pytest.mark.parametrize("fraction", ["0", "3/2"])
    def test_a_fraction_lies_above_0_and_at_most_at_1(self, fraction):
        with pytest.raises(InvalidInput, match="above 0 and at most at 1"):
            band(below=30, action="fraction of the usual dose", fraction=fraction)

    def test_bands_need_a_measure_and_advice_needs_something(self):
        with pytest.raises(InvalidInput, match="bands need a measure"):
            advice(band(below=30), measure=None)
        with pytest.raises(InvalidInput, match="needs bands, impaired or dialysis"):
            advice()

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ({"below": 40}, {"at_least": 30}),
            ({"at_least": 20}, {"at_least": 30}),
            ({"above": 30}, {"above": 60}),
            ({"below": 30}, {"below": 60}),
        ],
    )
    def test_bands_overlap_by_an_edge_at_most(self, one, other):
        with pytest.raises(InvalidInput, match="overlap by more than an edge"):
            advice(band(**one), band(**other))
        with pytest.raises(InvalidInput, match="overlap by more than an edge"):
            advice(band(**other), band(**one))
        assert advice(band(below="0.5"), band(at_least="0.5")).bands_at(Fraction(1, 2))

    def test_at_a_shared_edge_the_more_cautious_band_is_read(self):
        low = band(at_most=30, action="daily maximum", maximum="5 mg")
        high = band(at_least=30, action="daily maximum", maximum="10 mg")
        for order in ((low, high), (high, low)):
            held = advice(*order)
            assert held.bands_at(Fraction(30)) == order
            assert held.band_at(Fraction(30)) == low
            assert held.band_at(Fraction(31)) == high

    def test_at_a_shared_edge_the_smaller_fraction_and_the_graver_action_are_read(self):
        third = band(at_most=30, action="fraction of the usual dose", fraction="1/3")
        half = band(at_least=30, at_most=60, action="fraction of the usual dose", fraction="1/2")
        avoid = band(at_least=60, action="avoid")
        held = advice(third, half, avoid)
        assert held.band_at(Fraction(30)) == third
        assert held.band_at(Fraction(60)) == avoid

    def test_a_gap_has_no_band(self):
        assert advice(band(below=30), band(above=60)).band_at(Fraction(45)) is None

    def test_caution_rises_from_no_change_to_avoid(self):
        ranks = [action.caution_rank for action in KidneyAction]
        assert ranks == sorted(ranks)
        assert KidneyAction.NO_CHANGE.caution_rank < KidneyAction.MAXIMUM.caution_rank < KidneyAction.AVOID.caution_rank


class TestShippedKidneyAdvice:
    """Worse kidney function never raises a ceiling from one source (LAWS.md)."""

    ADVICE = tuple(
        pytest.param(item, id=f"{drug}-{item.source.id}-{index}")
        for drug in Formulary.shipped().drugs
        for index, item in enumerate(Formulary.shipped().monograph(drug).kidney)
        if item.bands
    )

    @pytest.mark.parametrize("item", ADVICE)
    @given(data=st.data())
    def test_worse_kidney_function_never_raises_a_figure(self, item, data):
        edges = sorted({edge for one in item.bands for edge in (one.lower, one.upper) if edge is not None})
        near = [edge + nudge for edge in edges for nudge in (Fraction(-1, 10), 0, Fraction(1, 10))]
        figures = st.sampled_from(near) | st.fractions(1, 200, max_denominator=10)
        low, high = sorted((data.draw(figures), data.draw(figures)))
        worse, better = _allowed(item, low), _allowed(item, high)
        if worse is not None and better is not None:
            assert worse <= better


def _allowed(item, value):
    """What a source allows at a figure, as a number: infinite for no change, 0 to avoid, None where it gives none."""
    found = item.band_at(value)
    if found is None or found.action in {KidneyAction.CAUTION, KidneyAction.REDUCE, KidneyAction.PROPORTION}:
        return None
    if found.action is KidneyAction.NO_CHANGE:
        return (2, Fraction(0))
    if found.fraction is not None:
        return (1, found.fraction)
    limit = found.maximum or found.high or found.initial
    return (1, limit.mg) if limit is not None else (0, Fraction(0))


class TestStopping:
    @pytest.mark.parametrize(
        ("shape", "fields"),
        [
            ("over at least so long", {"lasting_at_least": "7 days"}),
            (
                "so many mg per interval",
                {"step_low": "1 mg", "step_high": "2 mg", "every_low": "1 week", "every_high": "2 weeks"},
            ),
            (
                "percent of the current dose per interval",
                {"percent_low": 5, "percent_high": 10, "every_low": "2 weeks", "every_high": "4 weeks"},
            ),
            (
                "percent of the first dose per interval",
                {"percent_low": 25, "percent_high": 25, "every_low": "1 week", "every_high": "1 week"},
            ),
            (
                "so many mg per interval, by dose",
                {
                    "bands": [{"from_dose": "50 mg", "down_to": "0 mg", "step_low": "1 mg", "step_high": "2 mg"}],
                    "every_low": "1 week",
                    "every_high": "2 weeks",
                },
            ),
        ],
    )
    def test_each_shape_needs_its_own_figures(self, shape, fields):
        assert Stopping.read({"source": SOURCE, "shape": shape} | fields).shape == shape
        for missing in fields:
            with pytest.raises(InvalidInput, match=f"needs {missing}"):
                Stopping.read({"source": SOURCE, "shape": shape} | {k: v for k, v in fields.items() if k != missing})

    @pytest.mark.parametrize(
        ("field", "given", "shape"),
        [
            ("step_high", "1 mg", "so many mg per interval"),
            ("bands", [{"from_dose": "50 mg", "down_to": "0 mg", "step_low": "1 mg", "step_high": "2 mg"}],
             "so many mg per interval, by dose"),
            ("change_to", ["diazepam"], "another drug in its place first, no rate given"),
        ],
    )  # fmt: skip
    def test_a_figure_of_another_shape_is_refused(self, field, given, shape):
        says = f"'slowly, no rate given' has no {field}; remove it, or write the shape '{shape}'"
        with pytest.raises(InvalidInput, match=says):
            Stopping.read({"source": SOURCE, "shape": "slowly, no rate given", field: given})

    @pytest.mark.parametrize("shape", [StoppingShape.SLOWLY, StoppingShape.PATIENT_PLAN])
    def test_no_labeled_rate_is_a_value_of_its_own(self, shape):
        assert Stopping(source=SOURCE, shape=shape).shape is shape

    @pytest.mark.parametrize(
        "change",
        [{"down_to": "50 mg"}, {"step_low": "0 mg"}, {"step_low": "3 mg"}],
        ids=["no way down", "no step", "range"],
    )
    def test_a_band_goes_down_by_a_step(self, change):
        plain = {"from_dose": "50 mg", "down_to": "10 mg", "step_low": "1 mg", "step_high": "2 mg"}
        assert StoppingBand.read(plain)
        with pytest.raises(InvalidInput, match="goes from a dose down to a smaller one"):
            StoppingBand.read(plain | change)


class TestOtherFacts:
    def test_a_titration_has_steps_or_an_increment(self):
        with pytest.raises(InvalidInput, match="has steps or an increment"):
            Titration(source=SOURCE)
        with pytest.raises(InvalidInput, match="an interval belongs to an increment"):
            Titration.read({"source": SOURCE, "steps": [{"from_day": 1, "total": "5 mg"}], "every_low": "3 days"})

    @pytest.mark.parametrize("days", [(2,), (1, 1), (1, 4, 3)])
    def test_labeled_steps_begin_on_day_1_and_follow_each_other(self, days):
        steps = tuple(TitrationStep(from_day=day, total="5 mg") for day in days)
        with pytest.raises(InvalidInput, match="begin on day 1"):
            Titration(source=SOURCE, steps=steps)

    def test_advice_by_age_needs_an_age(self):
        with pytest.raises(InvalidInput, match="add age_from or age_below"):
            AgeAdvice(source=SOURCE, action="avoid", what="text")
        assert AgeAdvice(source=SOURCE, action="avoid", what="text", age_from=65).needs_age

    def test_a_figure_for_people_not_used_to_a_drug_says_what_use_is(self):
        whole = {"unless_taken": "60 mg", "unless_for": "1 week", "unless_class": "opioid"}
        assert Ceiling.read({"source": SOURCE, "limit": "120 mg", **whole}).unless_taken == mg("60")
        for name in whole:
            part = {key: value for key, value in whole.items() if key != name}
            with pytest.raises(InvalidInput, match="belong together"):
                Ceiling.read({"source": SOURCE, "limit": "120 mg", **part})

    def test_a_first_dose_of_a_week_is_not_taken_so_often_a_day(self):
        assert Start.read({"source": SOURCE, "dose": "7.5 mg", "per": "week"}).dose == mg("7.5")
        with pytest.raises(InvalidInput, match="leave out times_per_day"):
            Start.read({"source": SOURCE, "dose": "7.5 mg", "per": "week", "times_per_day": 1})

    def test_a_restart_rule_gives_one_length(self):
        for wrong in ({}, {"half_lives": 5, "longer_than": "7 days"}, {"half_lives": 5, "missed_days": 2}):
            with pytest.raises(InvalidInput, match="half_lives, longer_than or missed_days"):
                RestartRule.read({"source": SOURCE} | wrong)

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ({"half_lives": 5, "or_more": True}, "belong to missed_days"),
            ({"half_lives": 5, "percent_low": 50, "percent_high": 50}, "belong to missed_days"),
            ({"missed_days": 1, "percent_low": 50}, "a share has two ends"),
        ],
    )
    def test_a_share_of_the_dose_before_goes_by_missed_days(self, wrong, said):
        with pytest.raises(InvalidInput, match=said):
            RestartRule.read({"source": SOURCE} | wrong)

    def test_a_fact_applies_to_all_ages_unless_it_says_so(self):
        assert not Ceiling(source=SOURCE, limit="5 mg").needs_age
        assert Ceiling(source=SOURCE, limit="5 mg", age_below=65).needs_age

    def test_a_monograph_lists_each_source_once(self):
        for drug in Formulary.shipped().drugs:
            ids = [source.id for source in Formulary.shipped().monograph(drug).sources]
            assert ids == sorted(set(ids))


def test_current_products_stand_before_those_last_seen_years_ago():
    for drug in Formulary.shipped().drugs:
        for market in ("us", "uk"):
            unsure = [item.is_unsure for item in Formulary.shipped().monograph(drug).products if item.market == market]
            assert unsure == sorted(unsure)


def test_of_two_alike_the_one_that_is_certainly_supplied_is_chosen():
    old, current = tablet("5 mg", id="a", available="listed 2016"), tablet("5 mg", id="b")
    assert [portion.product for portion in make(Dose.parse("5 mg"), [old, current]).portions] == ["b"]
    assert [portion.product for portion in make(Dose.parse("5 mg"), [old]).portions] == ["a"]


def test_a_pack_may_have_a_source_of_its_own():
    aripiprazole = Formulary.shipped().monograph("aripiprazole")
    packs = {item.id: (item.pack, item.pack_source and item.pack_source.id) for item in aripiprazole.products}
    assert packs["aripiprazole-us-tablet-2mg"] == (30, "us-label-abilify-2022")
    assert packs["aripiprazole-us-tablet-5mg"] == (30, None)
    assert "us-label-abilify-2022" in {source.id for source in aripiprazole.sources}
    text = to_monograph_text(aripiprazole)
    assert "2 mg tablet, US, its score is unknown, in packs of 30 by Abilify (aripiprazole)" in " ".join(text.split())
    with pytest.raises(InvalidInput, match="pack_source is of a pack; add the pack, or remove pack_source"):
        tablet("5 mg", pack_source=SOURCE)


def test_a_source_of_a_measure_is_that_of_a_volume():
    with pytest.raises(InvalidInput, match="measure_source is of what measures it; add smallest_volume, or remove"):
        liquid(smallest_volume=None, measure_source=SOURCE)
