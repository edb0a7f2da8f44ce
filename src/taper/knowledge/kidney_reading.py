"""Kidney advice read for one person: what a source says at that person's figures."""

from dataclasses import dataclass, replace
from fractions import Fraction
from math import floor

from taper._base.numbers import write_number
from taper.amounts.dose import Dose
from taper.knowledge.kidney_advice import KidneyAction, KidneyAdvice, KidneyBand, KidneyMeasure, KidneyState
from taper.people.kidney_figures import EGFR, AbsoluteEGFR, CreatinineClearance
from taper.people.patient import Patient

Figure = EGFR | AbsoluteEGFR | CreatinineClearance


@dataclass(frozen=True, slots=True)
class KidneyReading:
    """What one source says for one person: a band or state with the figure read, or what is missing.

    `says` is None where the source has no word at the figure. `shared_edge` is true where it prints the figure
    in two bands and the more cautious is read. `others` are figures of the person that the source would answer
    otherwise; the lowest decides. `besides` is what the source adds for dialysis to what it says of the figure.
    """

    advice: KidneyAdvice
    says: KidneyBand | KidneyState | None = None
    figure: Figure | None = None
    missing: str | None = None
    shared_edge: bool = False
    dialysis: bool = False
    others: tuple[Figure, ...] = ()
    besides: str | None = None

    @property
    def place(self) -> str:
        """Where the person stands, in words: "eGFR 28 mL/min/1.73 m2, below 30"."""
        text = "on dialysis" if self.dialysis else "impaired kidney function"
        if self.figure is not None:
            figure = f"{self.figure.measure} {self.figure.text}"
            text = f"{text}, {figure}" if self.dialysis else figure
        if isinstance(self.says, KidneyBand):
            text = f"{text}, {band_words(self.says)}"
        for other in self.others:
            text = f"{text}, while {other.described} would be answered otherwise"
        if self.word is not None:
            text = f"{text} (the source names {self.word} without a figure)"
        return f"{text} (printed in two bands, the more cautious is read)" if self.shared_edge else text

    @property
    def word(self) -> str | None:
        """The source's word where it speaks of the kidneys without a figure, so that the figure is the person's."""
        says = self.says
        if self.dialysis or not isinstance(says, KidneyState) or not (says.at_least is says.at_most is None):
            return None
        return _WORDS[says.degree]

    @property
    def limit(self) -> Dose | None:
        """The most a day that the source gives here: its figure, or its part of the figure of the band above."""
        if self.says is None:
            return None
        if self.says.action is not KidneyAction.PROPORTION:
            return self.says.maximum or self.says.high
        if self.figure is None or not isinstance(self.says, KidneyBand) or self.says.upper is None:
            return None
        edge = self.says.upper
        above = next((b for b in self.advice.bands if b is not self.says and b.lower == edge), None)
        most = above and (above.maximum or above.high)
        # Down to the whole microgram, since a computed figure may be finer than any dose.
        return Dose(Fraction(floor(most.mg * self.figure.value / edge * 1000), 1000)) if most else None

    @property
    def notes(self) -> tuple[str, ...]:
        """What the source adds to its answer, in short notes."""
        return tuple(note for note in (self.says and self.says.note, self.besides, self.advice.note) if note)


def band_words(band: KidneyBand) -> str:
    """The edges of a band as its source prints them: "from 30 to below 60"."""
    low = _edge("from", band.at_least) or _edge("above", band.above)
    high = _edge("to", band.at_most) or _edge("to below" if low else "below", band.below)
    return " ".join(part for part in (low, high) if part)


def _edge(word: str, value: Fraction | None) -> str:
    return "" if value is None else f"{word} {write_number(value)}"


def figure_of(measure: KidneyMeasure, patient: Patient) -> Figure | None:
    """The person's figure of one measure, the lowest of those reported and computed; never of another measure."""
    return min(_figures(measure, patient), key=lambda figure: figure.value, default=None)


def _figures(measure: KidneyMeasure, patient: Patient) -> tuple[Figure, ...]:
    known: dict[KidneyMeasure, tuple[Figure | None, ...]] = {
        KidneyMeasure.EGFR: (patient.egfr, patient.computed_egfr()),
        KidneyMeasure.CRCL: (patient.crcl, patient.computed_crcl()),
        KidneyMeasure.ABSOLUTE_EGFR: (patient.absolute_egfr,),
    }
    return tuple(figure for figure in known[measure] if figure is not None)


def read_advice(advice: KidneyAdvice, patient: Patient) -> KidneyReading:
    """Read what one source says for one person, without converting any measure into another."""
    if patient.dialysis:
        return _read_dialysis(advice, patient)
    if patient.kidney_stable is False:
        return KidneyReading(advice, missing="a stable kidney function; a changing one has no figure")
    if advice.measure is None or not advice.bands:
        return _read_impaired(advice, patient)
    figures = _figures(advice.measure, patient)
    if not figures:
        return KidneyReading(advice, missing=f"a figure of {advice.measure}, the measure of this source")
    return _read_bands(advice, figures, patient)


def _read_dialysis(advice: KidneyAdvice, patient: Patient) -> KidneyReading:
    # Whoever is on dialysis has impaired kidneys by any degree, so what a source says of those holds.
    # Beside bands they are what is said of better kidneys than those.
    says = advice.dialysis or (None if advice.bands else advice.impaired)
    if says is None:
        return KidneyReading(advice, missing="what this source says on dialysis", dialysis=True)
    if says.action is not KidneyAction.BY_MEASURE or advice.measure is None:
        return KidneyReading(advice, says=says, dialysis=True)
    figure = figure_of(advice.measure, patient)
    if figure is None:
        missing = f"a figure of {advice.measure}; on dialysis this source doses {says.action}"
        return KidneyReading(advice, missing=missing, dialysis=True, besides=says.note)
    read = _at(advice, figure)
    return replace(read, dialysis=True, besides=f"{says.action}{f': {says.note}' if says.note else ''}")


def _read_bands(advice: KidneyAdvice, figures: tuple[Figure, ...], patient: Patient) -> KidneyReading:
    lowest = min(figures, key=lambda figure: figure.value)
    read = _at(advice, lowest)
    if read.says is None and advice.impaired is not None and not _is_gap(advice, lowest.value):
        read = _read_impaired(advice, patient)
    others = tuple(figure for figure in figures if advice.bands_at(figure.value) != advice.bands_at(lowest.value))
    return replace(read, others=read.others or others)


def _at(advice: KidneyAdvice, figure: Figure) -> KidneyReading:
    """What the bands say at a figure: in a gap and below the lowest of them it is missing, above them nothing."""
    held = advice.bands_at(figure.value)
    if held:
        return KidneyReading(advice, says=advice.band_at(figure.value), figure=figure, shared_edge=len(held) > 1)
    if not any(band.lower is not None and band.lower >= figure.value for band in advice.bands):
        return KidneyReading(advice, figure=figure)
    if _is_gap(advice, figure.value):
        return KidneyReading(
            advice, figure=figure, missing=f"advice at {figure.text}; the bands of this source leave a gap there"
        )
    missing = f"advice at {figure.text}, which is worse than every band of this source"
    return KidneyReading(advice, figure=figure, missing=missing)


def _is_gap(advice: KidneyAdvice, value: Fraction) -> bool:
    lowers = (band.lower for band in advice.bands if band.lower is not None)
    uppers = (band.upper for band in advice.bands if band.upper is not None)
    return (
        not advice.bands_at(value)
        and any(lower >= value for lower in lowers)
        and any(upper <= value for upper in uppers)
    )


_DEGREES = {None: (60, 90), "disease": (30, 90), "severe": (30, 45), "significant": (0, 90)}
"""Below the first the person has what the source's word says, from the second of an eGFR not; between, unclear.

KDIGO 2012 (Kidney Int Suppl 2013;3:1-150, table 5) calls a GFR from 90 normal, from 60 normal or mildly decreased, from
30 to 44 moderately or severely, and below 30 severely decreased or failure. It says nothing of a creatinine clearance,
nor of "significant", and a figure alone does not tell that the kidneys are diseased. So a clearance from 90 is not
taken for normal kidneys, and one below 60 is taken for impaired ones.
"""


_WORDS = {
    None: "impaired kidneys",
    "disease": "kidney disease",
    "severe": "severe impairment",
    "significant": "significant impairment",
}


def _read_impaired(advice: KidneyAdvice, patient: Patient) -> KidneyReading:
    figures = tuple(figure for measure in KidneyMeasure for figure in _figures(measure, patient))
    says = advice.impaired
    if not figures:
        return KidneyReading(advice, missing="a figure of kidney function")
    lowest = min(figures, key=lambda figure: figure.value)
    if says is None:
        return KidneyReading(advice, figure=lowest)
    if says.at_least is not None or says.at_most is not None:
        return _read_between(advice, says, lowest, figures)
    has, has_not = _DEGREES[says.degree]
    changes_nothing = says.degree is None and says.action is KidneyAction.NO_CHANGE
    if lowest.value < has or changes_nothing:
        others = tuple(figure for figure in figures if figure.value >= has)
        return KidneyReading(advice, says=says, figure=lowest, others=others)
    if lowest.value >= has_not and any(isinstance(figure, EGFR) for figure in figures):
        return KidneyReading(advice, figure=lowest)
    word = _WORDS[says.degree]
    told = f"whether {lowest.measure} {lowest.text} is what the source calls {word}; it gives no figure"
    return KidneyReading(advice, figure=lowest, missing=f"{told}, and KDIGO 2012 none that decides it")


def _read_between(
    advice: KidneyAdvice, says: KidneyState, lowest: Figure, figures: tuple[Figure, ...]
) -> KidneyReading:
    if says.at_most is not None and lowest.value > says.at_most:
        return KidneyReading(advice, figure=lowest)
    if says.at_least is not None and lowest.value < says.at_least:
        missing = f"advice at {lowest.measure} {lowest.text}, which is worse than this source covers"
        return KidneyReading(advice, figure=lowest, missing=missing)
    others = tuple(figure for figure in figures if says.at_most is not None and figure.value > says.at_most)
    return KidneyReading(advice, says=says, figure=lowest, others=others)


def disagreeing(reading: KidneyReading, patient: Patient) -> tuple[KidneyReading, ...]:
    """The same source read at the person's figures of other measures: it can decide nothing, and it can disagree.

    Empty on dialysis, and where the source has no bands.
    """
    advice = reading.advice
    if reading.dialysis or reading.figure is None or advice.measure is None:
        return ()
    figures = (f for measure in KidneyMeasure if measure is not advice.measure for f in _figures(measure, patient))
    return tuple(_at(advice, figure) for figure in figures if figure.value < reading.figure.value)


def words_of(says: KidneyBand | KidneyState) -> str:
    """What a band or state says, in words: "daily maximum of 10 mg"."""
    match says.action:
        case KidneyAction.MAXIMUM | KidneyAction.INITIAL:
            return f"{_kind(says)} of {says.maximum or says.initial}"
        case KidneyAction.AFTER_DIALYSIS:
            return f"{says.action} {says.maximum}"
        case KidneyAction.RANGE:
            span = f"{says.low}" if says.low == says.high else f"{says.low} to {says.high}"
            return f"{_kind(says)} of {span}"
        case KidneyAction.FRACTION:
            return f"{says.fraction} of the usual dose"
        case _:
            return str(says.action)


def _kind(says: KidneyBand | KidneyState) -> str:
    return says.action.replace("daily", "every-other-day") if says.every_other_day else str(says.action)


def applies_to_age(age_from: int | None, age_below: int | None, age: int) -> bool:
    """Whether an age lies in a half-open group."""
    return (age_from is None or age >= age_from) and (age_below is None or age < age_below)
