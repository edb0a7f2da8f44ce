"""The reviewed phrases of one language, read from a data file; a missing or unknown one is an error."""

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from taper._base.records import Value
from taper._base.shown import show
from taper.errors import NotFound

LANGUAGES = ("en", "es", "fr", "de")
_FOLDER = Path(__file__).parent.parent / "data" / "words"

TwoWays = tuple[str, str]
"""Two ways to say one thing: a slot as a label and in a sentence, a part of a unit alone and after whole units."""


class DatePatterns(Value):
    """How a date is written, as CLDR patterns; French says the first of a month as an ordinal."""

    long: str
    day: str
    row: str
    month: str
    first_of_month: str | None = None


class UnitWords(Value):
    """The unit of a mass or volume, as written beside a number; `one_ml` is a mL that something is in."""

    mcg: str
    mg: str
    g: str
    ml: str
    one_ml: str | None = None


class SlotWords(Value):
    """Times of day, each as a label and in a sentence."""

    morning: TwoWays
    noon: TwoWays
    evening: TwoWays
    bedtime: TwoWays
    daily: TwoWays
    clock: TwoWays
    clock_one: TwoWays | None = None
    midday: TwoWays
    midnight: TwoWays


class NumberWords(Value):
    """Whole numbers from two to twenty, the word for one, and the article, by kind of noun."""

    words: Annotated[tuple[str, ...], Field(min_length=19, max_length=19)]
    one: dict[str, str]
    article: dict[str, str]


class StepPhrases(Value):
    """What a step is, on which days, and its total."""

    closed: str
    one_day: str
    open: str
    every_day: str
    this_day: str
    cycle_day: str
    cycle_again: str
    weekdays: str
    no_dose: str
    total: str
    step_back: str
    review_before: str
    gap: str
    decision: str


class ChangePhrases(Value):
    """What differs from the step before."""

    nothing: str
    unknown: str
    more: str
    less: str
    same: str
    changed_days: str
    same_days: str
    cycle_day: str
    pattern: str
    part: str
    new_slot: str
    changed_slot: str
    gone_slot: str
    new_product: str
    gone_product: str


class EndingPhrases(Value):
    """What follows a step; only `stop` says that a drug ends."""

    next: str
    next_review: str
    last: str
    last_part: str
    no_last: str
    stop: str
    part: str
    review: str
    continues: str
    window: str
    beyond: str


class SheetPhrases(Value):
    """What a row of the plan says: which days, how much, what changes, and how it ends."""

    when: str
    medicine: str
    take: str
    total: str
    after: str
    open: str
    window: str
    dose: str
    mixed: str
    solid: str
    liquid: str
    drug_form: str
    drug_noun: str | None = None
    alone: str
    weekly: str
    weekdays: str
    all_but: str
    on: str
    again: str
    alternate: str
    every: str
    review_before: str
    step_back: str
    slot_note: str
    nothing: str
    gap: str
    decision: str
    stop: str
    stop_from: str
    review: str
    changed: str
    changed_first: str
    before: str
    before_of: str
    new_bottle: str
    new_product: str
    means: str
    closed_period: str
    open_period: str
    window_period: str
    missed: str
    telephone: str
    how_taken: str


class UndatedPhrases(Value):
    """How days and weeks are counted where a plan has no dates; `weekday` is a heading of a calendar."""

    day: str
    days: str
    week: str
    weeks: str
    weekday: str
    plan_id: str
    closed_period: str
    open_period: str
    window_period: str


class HandoutPhrases(Value):
    """Headings and notices of a handout."""

    title: str
    name: str
    questions: str
    notice: str
    how_to_use: str
    steps: str
    step: str
    take: str
    change: str
    then: str
    calendar: str
    no_dose: str
    clinician: str
    supply: str
    kept: str
    discarded: str
    product: str
    used: str
    supplied: str
    packs: str
    leftover: str
    expired: str
    review: str
    findings: str
    not_assessed: str
    clear: str
    within: str
    left_out: str
    none: str
    no_review: str
    source: str
    plan_id: str
    on_hand: str
    fill: str
    history: str
    gap: str
    note_of: str
    decision: str
    waits: str
    page: str
    part_of: str


class Phrases(Value):
    """Everything that is said in one language, apart from names of days and months."""

    name: str
    of: str
    of_vowel: str | None = None
    and_before_i: TwoWays | None = None
    drug_capital: bool
    colon: str = ":"
    take: str
    solid: str
    liquid: str
    solid_product: str
    liquid_product: str
    concentration: str
    short_solid: str
    short_liquid: str
    mixture: str
    diluted: str
    short_diluted: str
    dates: DatePatterns
    units: UnitWords
    slots: SlotWords
    numbers: NumberWords
    parts: dict[str, TwoWays]
    forms: dict[str, tuple[str, str, str]]
    taken: dict[str, str]
    step: StepPhrases
    change: ChangePhrases
    ending: EndingPhrases
    sheet: SheetPhrases
    undated: UndatedPhrases
    handout: HandoutPhrases


@lru_cache(maxsize=len(LANGUAGES))
def phrases_of(language: str) -> Phrases:
    """The phrases of a language by its two-letter code.

    Raises:
        NotFound: If no phrases of it are on file.
    """
    if language not in LANGUAGES:
        held = ", ".join(LANGUAGES)
        raise NotFound(f"the language {show(language)} is not on file; choose one of {held}", near=LANGUAGES)
    path = _FOLDER / f"{language}.toml"
    return Phrases.read(tomllib.loads(path.read_text(encoding="utf-8")), where=path.name)
