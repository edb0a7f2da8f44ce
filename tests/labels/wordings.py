"""How labels write a figure: patterns over the plain text of a label for doses, times, ages, shares and packs."""

import re
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any

_UNIT = r"(?:mg|mcg|g|ml)"
_LIST = rf"(?: ?{_UNIT}(?:/day|/d| (?:per|a) day| daily)?)?(?: ?(?:to|-|or|and|,|/|then|;|±) ?(?:up to |or )?)"
_GRAMS = {"mg": Fraction(1), "mcg": Fraction(1, 1000), "g": Fraction(1000)}
_USES = {
    "seizures": r"seizure|epilep|convuls", "depression": r"depress|mdd", "anxiety": "anxi",
    "generalized-anxiety-disorder": r"generalized anxiety|\bgad\b|anxiety", "gerd": r"gerd|reflux",
    "obsessive-compulsive-disorder": r"obsessive|\bocd\b", "social-anxiety-disorder": r"social anxiety|\bsad\b",
    "ptsd": r"ptsd|traumatic", "h-pylori-eradication": r"pylori", "nsaid-gastric-ulcer": r"nsaid|gastric ulcer",
    "hypersecretory-conditions": r"hypersecretory|zollinger", "erosive-esophagitis": r"erosive|\bee\b|gerd",
    "erosive-esophagitis-maintenance": r"erosive|\bee\b|maintenance", "panic-disorder": r"panic|\bpd\b",
    "autism-irritability": r"autis", "tourettes-disorder": r"tourette", "bipolar-mania": r"mania|manic|bipolar",
    "bipolar-depression": r"bipolar", "bipolar-maintenance": r"bipolar|maintenance", "opioid-use-disorder": "opioid",
    "schizophrenia-maintenance": r"schizophrenia|maintenance", "premenstrual-dysphoric-disorder": r"premenstrual|pmdd",
    "diabetic-peripheral-neuropathy": r"diabetic|\bdpn\b|dpnp", "postherpetic-neuralgia": r"postherpetic|\bphn\b",
    "neuropathic-pain": r"neuropath|neuralgia", "spinal-cord-injury-neuropathic-pain": r"spinal cord",
    "seasonal-affective-disorder": r"seasonal|\bsad\b", "mild-to-moderate-alzheimers-disease": r"mild to moderate",
    "moderate-to-severe-alzheimers-disease": r"moderate to severe|severe", "duodenal-ulcer": "duodenal",
    "chronic-musculoskeletal-pain": r"musculoskeletal|chronic",
}  # fmt: skip
"""Uses whose name is not in the words of labels; others are looked for by their longest word."""


def either(patterns: Iterable[str]) -> str:
    """One pattern for any of several."""
    return "|".join(f"(?:{one})" for one in patterns)


def use_pattern(uses: Iterable[str]) -> str:
    """The names of uses, or the beginning of their longest words."""
    return either(_USES.get(use) or max(use.split("-"), key=len)[:8] for use in uses)


def names_pattern(names: Iterable[str]) -> str:
    """The beginnings of the words in names of drugs, classes or conditions."""
    held = list(names)
    parts = [re.escape(part[:6]) for name in held for part in name.split("-") if len(part) > 3]
    return "|".join([*parts, *(["mao|monoamine"] if "maoi" in held else [])])


def number(value: object) -> str:
    """A number as a label prints it, as no part of a longer one: 2.5, 2.50, .5."""
    exact = Fraction(str(value))
    text = f"{float(exact):g}" if exact < 10**6 else str(exact)
    whole, _, rest = text.partition(".")
    head = "0?" if whole == "0" and rest else whole
    return rf"(?<![\d.])(?<!\d/){head}{rf'[.]{rest}0*' if rest else '(?:[.]0+)?'}(?![\d])(?!\.\d)(?!/\d)"


def _prints(value: Fraction) -> bool:
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return rest == 1 and value >= Fraction(1, 1000)


def mg_of(dose: str) -> Fraction:
    """A dose in mg."""
    found = re.match(r"([\d./]+) ?(mg|mcg|g)\b", dose)
    assert found is not None, dose
    return Fraction(found[1]) * _GRAMS[found[2]]


def dose(text: str) -> tuple[str, ...]:
    """A dose with its unit, alone or in a list or range that has the unit at its end."""
    mg = mg_of(text)
    each = ((mg / size, unit) for unit, size in _GRAMS.items())
    return tuple(rf"{number(size)}(?:{_LIST}[\d.]+){{0,7}} ?-?{unit}\b" for size, unit in each if _prints(size))


def dose_in_table(text: str) -> str:
    """A dose as a bare number below a heading that has its unit."""
    return rf"\(mg(?:/day)?\).{{0,700}}?{number(mg_of(text))}"


def shared(total: str, times: int | None) -> tuple[str, ...]:
    """A day's total as a label gives it by its parts: "25 mg twice daily" of 50 mg."""
    if not times or times == 1 or not _prints(mg_of(total) / times):
        return ()
    part = number(mg_of(total) / times)
    side_by_side = (rf"{part} ?mg[ |]+{part} ?mg",) if times == 2 else ()
    return (rf"{part}(?:{_LIST}[\d.]+){{0,5}} ?mg\b[^.]{{0,60}}?(?:{times_a_day(times)})", *side_by_side)


def times_a_day(times: int) -> str:
    """How often a day, in the words of labels."""
    hours = rf"every {24 // times}(?: (?:to|or) \d+)? (?:hours|hr|h)"
    once = r"\bonce|(?<!twice )(?<!times )daily|single|bedtime|per day|/day|(?<!times )(?<!twice )a day|\bqd\b"
    return {
        1: once + r"|every 24|1 time|\bnight|retiring",
        2: rf"\btwice|2 times|\bb\.?i\.?d|{hours}|2 (?:equally )?divided|2 (?:equal )?doses|morning and evening|2 or 3",
        3: rf"3 times|\bt\.?i\.?d|{hours}|3 (?:equally )?divided|3 (?:\w+ )?doses|2 or 3|3 (?:or|to) 4|8 or 12",
        4: rf"4 times|\bq\.?i\.?d|{hours}|4 (?:equally )?divided|4 (?:equal )?doses|3 or 4|3 to 4",
    }.get(times, rf"{times} times|{hours}|{times} divided|{times} doses")


def days(count: int) -> tuple[str, ...]:
    """A length of so many days."""
    forms = [rf"{number(count)}(?: ?(?:to|-|or) ?\d+)?[- ]days?\b", rf"{number(24 * count)}[- ]hours?\b"]
    forms.append(rf"\b\d+ (?:to|or|-) {number(count)}[- ]days?\b")
    if count % 7 == 0:
        forms.append(rf"{number(count // 7)}(?: ?(?:to|-|or|and) ?[\d.]+)?[- ]weeks?\b")
    if count % 28 == 0:
        forms.append(rf"{number(count // 28)}(?: ?(?:to|-|or) ?[\d.]+)?[- ]months?\b")
    forms += {
        1: [r"\bdaily\b", r"(?:each|per|every|a|next|another) day", r"/day"],
        2: [r"every (?:other|second) day", r"alternate day"],
        3: [r"(?:every )?(?:third|3rd) day"],
        7: [r"\bweekly\b", r"(?:each|per|every|a|1|another) week", "week interval", "following week"],
        14: [r"every other week", r"fortnight"],
    }.get(count, [])
    return tuple(forms)


def time(text: str) -> tuple[str, ...]:
    """A length of time in its own unit, or in another that holds it."""
    found = re.match(r"(\d+) (\w+?)s?$", text)
    assert found is not None, text
    count, unit = int(found[1]), found[2]
    if unit in {"day", "week"}:
        return days(count * (7 if unit == "week" else 1))
    plain = rf"{number(count)}(?: ?(?:to|-|or) ?\d+)?[- ]{unit}s?\b"
    if unit == "month":
        return (plain, rf"{number(4 * count)}[- ]weeks?", *([r"monthly|(?:a|each|every|per) month"] * (count == 1)))
    return (plain, rf"{number(12 * count)}[- ]months?", *([r"yearly|(?:a|each|every|per) year"] * (count == 1)))


def day_number(day: int, gap: int) -> tuple[str, ...]:
    """The day on which a step begins: day 8, week 2, after 7 days, after another week."""
    forms = [rf"days? {number(day)}", number(day) + "(?:st|nd|rd|th) day", *days(day - 1), *days(gap)]
    forms += [rf"weeks? {number((day - 1) // 7 + 1)}", rf"weeks? \d+ ?(?:to|-|and) ?{number((day - 1) // 7 + 1)}"]
    if (day - 1) % 7 == 0:
        forms.append(rf"{(day - 1) // 7 + 1}(?:st|nd|rd|th) week|{_ORDINAL.get((day - 1) // 7 + 1, 'xx')} week")
    return tuple(forms[: None if (day - 1) % 7 == 0 else 4 + len(days(day - 1)) + len(days(gap)) - 2])


_ORDINAL = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", 6: "sixth"}


def hours(value: object) -> tuple[str, ...]:
    """A half-life in hours, or in days or minutes where its source counts so."""
    count = Fraction(str(value))
    rest = r"(?: ?(?:to|-|or|and|,|±|\+/-) ?[\d.]+| ?\( ?(?:±|range:)? ?[\d.]+(?: to [\d.]+)? ?\)|\)){0,5}"
    found = [rf"{number(count)}{rest}[- ]?(?:h|hrs?\.?|hours?)(?![a-z])", rf"{number(count)} ?± ?[\d.]+"]
    if (whole := count / 24).denominator in {1, 2}:
        found.append(rf"{number(whole)}{rest}[- ]?days?\b")
    if _prints(count * 60) and count < 10:
        found.append(rf"{number(count * 60)}{rest}[- ]?(?:min|minutes)\b")
    found.append(rf"t ?1/2;? ?\((?:h|hrs?|hours?)\).{{0,160}}?{number(count)}")
    if whole.denominator == 1:
        found.append(rf"t ?1/2 ?\(days\).{{0,160}}?(?:\d to )?{number(whole)}")
    return tuple(found)


def share(part: Fraction) -> tuple[str, ...]:
    """A share of a dose, in percent or as a fraction."""
    words = {
        Fraction(1, 2): r"\bhalf\b|1/2|1-half|\bhalv", Fraction(1, 4): r"quarter|1/4|1[- ]fourth",
        Fraction(3, 4): r"3/4|3[- ](?:quarters|fourths)", Fraction(1, 3): r"1/3|1[- ]third",
        Fraction(2, 3): r"2/3|2[- ]thirds", Fraction(1, 6): r"1/6|1[- ]sixth", Fraction(1, 5): r"1/5|1[- ]fifth",
    }.get(part)  # fmt: skip
    rest = r"(?: ?%?(?: ?(?:to|-|or|and) ?)[\d.]+)?"
    forms = [rf"{number(part * 100)}{rest} ?%"] if _prints(part * 100) else []
    return (*forms, *([words] if words else []))


def left_of(part: Fraction) -> tuple[str, ...]:
    """What is left of a dose, as a share of it or by what it is reduced."""
    less = either(share(1 - part))
    return (*share(part), *([rf"(?:reduc|decreas|lower|less).{{0,80}}?(?:{less})"] if less else ()))


def age(years: int, *, below: bool) -> tuple[str, ...]:
    """An age in years; the borders at 18 and 25 also by the words that labels use for them."""
    this, lower = number(years), number(years - 1)
    forms = [
        rf"{this}(?: ?(?:to|-|and|or|through) ?(?:< ?)?\d+)? ?(?:years?|yr|\()", rf"\b\d+ ?(?:to|-) ?< ?{this}",
        rf"(?:ages?d?|≥|<|over|under|below|than|least)(?: of)?(?: age)? ?{this}",
        rf"(?:ages?d?)(?: of| group| range|:)? ?\(?(?:\d+ ?(?:to|-|through) ?)?{lower if below else this}",
    ]  # fmt: skip
    if below:
        forms.append(
            rf"(?:\d+ ?(?:to|-) ?|through |to ){lower} ?(?:years|yr)|(?:≥|older than|over|greater than) ?{lower}"
        )
    else:
        forms.append(rf"(?:>|over|older than|greater than|above|through|than age) ?{lower}")
        forms.append(rf"(?:{lower} years (?:of age )?(?:or|and) (?:younger|below)|to {lower} (?:years|yr))")
    word = {(18, True): "pediatric|children|adolescent|adult", (25, True): "young adult|24"}
    word |= {(adult, False): "adult" for adult in (16, 17, 18, 19)}
    return (*forms, *([word[years, below]] if (years, below) in word else []))


def strength(entry: Mapping[str, Any]) -> tuple[str, ...]:
    """The strength or the concentration of a product."""
    if "concentration" in entry:
        return concentration(entry["concentration"])
    mg = mg_of(entry["strength"])
    return (
        *dose(entry["strength"]),
        *(rf"\({unit}\).{{0,1200}}?{number(mg / _GRAMS[unit])}" for unit in ("mg", "mcg")),
    )


def concentration(text: str) -> tuple[str, ...]:
    """A concentration as printed, or per 1 mL or per 5 mL."""
    held, volume = text.split("/")
    printed = Fraction(volume.strip().removesuffix("mL").strip() or "1")
    per_ml = mg_of(held) / printed
    found = []
    for ml in sorted({printed, Fraction(1), Fraction(5)}):
        if _prints(per_ml * ml):
            per = r"(?:1 ?)?ml" if ml == 1 else rf"{number(ml)} ?ml"
            found.append(rf"{number(per_ml * ml)} ?mg ?[^.]{{0,40}}?(?:/|per|in(?: each)?|each) ?{per}")
            found.append(rf"each {per}[^.]{{0,60}}?{number(per_ml * ml)} ?mg")
    return tuple(found)


def pack(held: object) -> tuple[str, ...]:
    """A pack, in the words of a label on how it is supplied."""
    if isinstance(held, str):
        return (rf"{number(held.split()[0])} ?ml\b",)
    this = number(held)
    counted = r"(?:tablets?|capsules?|count|ct|packets?|caps|tabs|s\b|'s)"
    return (
        rf"(?:bottles?|boxe?s?|packs?|cartons?|blisters?|packages?|containers?|bag|pouch|vials?)[^.]{{0,40}}?{this}",
        rf"{this}[ -]*(?:\S+ ){{0,3}}?{counted}", rf"{this} in 1", rf"qty:? ?{this}",
    )  # fmt: skip


SCORED = {
    1: r"no score|not scored|unscored|capsule|plain on (?:the )?(?:other|both)|and plain|mg",
    2: r"scor|bisect|break ?-?line|halve|in half|1/2",
    3: r"trisect|3 (?:equal )?(?:parts|segments|pieces)",
    4: r"quadrisect|cross[- ]?scor|4 (?:equal )?(?:parts|segments|pieces)",
}
"""By the score of a tablet, the words that say so."""

_WORDED = {"18": "pediatric|children|adolescent", "65": "elder|geriatric|older"}
_IN_WORDS = re.compile(
    r"(?<![\w./-])(\d+(?:\.\d+)?(?:/\d+)?)(?:(?: (?:to|and|or) \d+(?:\.\d+)?)?"
    r" ?(mg|mcg|g|%|days?|weeks?|months?|hours?|years?|times|mL|kg))?(?![\w-])"
)
_OURS = re.compile(r"[^.;]*(?:this entry|is entered here|is assumed|Section \d)[^.;]*")


def in_words(text: str) -> Iterator[tuple[str, str]]:
    """The numbers in a sentence of ours, each with the pattern that would show it; not what it says of its entry."""
    for found in _IN_WORDS.finditer(_OURS.sub("", text.replace("percent", "%"))):
        count, unit = found[1], (found[2] or "").rstrip("s")
        if "/" in count:
            yield count, either(share(Fraction(count))) if Fraction(count) < 1 else re.escape(count)
        elif unit in {"mg", "mcg", "g"}:
            yield found[0], either((*dose(f"{count} {unit}"), dose_in_table(f"{count} {unit}")))
        elif unit in {"day", "week"} and count.isdigit():
            yield found[0], either(days(int(count) * (7 if unit == "week" else 1)))
        elif unit == "%":
            yield found[0], either(share(Fraction(count) / 100))
        elif unit == "year" and count in _WORDED:
            yield found[0], rf"{number(count)}|{_WORDED[count]}"
        elif unit in {"hour", "month", "year"}:
            yield found[0], rf"{number(count)}(?: ?(?:to|-|or|and) ?[\d.]+)?[- ]?{unit}|{either(hours(count))}"
        else:
            yield found[0], number(count)
