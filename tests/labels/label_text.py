"""The text of a label record as one can search it: plain, in lower case, numbers and units written one way."""

import html
import json
import os
import re
from functools import cache
from pathlib import Path

_VARIABLE = "TAPER_LABELS"
_FIRST = {
    word: number
    for number, word in enumerate(["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"], 1)
}
_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_TENS = {
    word: 10 * number
    for number, word in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty"], 2)
}
_WORDS = _FIRST | {word: number for number, word in enumerate(_TEENS.split(), 10)} | _TENS
_UNITS = {
    r"(?:µ|μ)g\b|micrograms?\b": "mcg", r"milligrams?\b": "mg", r"(?<=\d) ?g\b|(?<=\d )grams?\b": " g",
    r"milliliters?\b": "ml", r"per ?cent\b": "%", r"°": " degrees ",
}  # fmt: skip
_SIGNS = {
    "–": "-",
    "—": "-",
    "‑": "-",
    "−": "-",
    "½": " 1/2",
    "¼": " 1/4",
    "¾": " 3/4",
    "⅓": " 1/3",
    "⅙": " 1/6",
    "⁄": "/",
}


def labels_folder() -> Path | None:
    """Where the label records stand: what the environment names, or the folder beside the project; None if nowhere."""
    beside = Path(__file__).parents[3] / "shared" / "labels"
    folder = Path(os.environ.get(_VARIABLE, beside))
    return folder if folder.is_dir() else None


NOT_HERE = (
    f"not available here: the label records stand in shared/labels beside the project, or where {_VARIABLE} says; "
    "the figures are held against them where they are"
)


@cache
def records(folder: Path) -> dict[str, dict]:
    """The label records of a folder by set id."""
    held = (json.loads(file.read_text("utf-8")) for file in sorted(folder.glob("*.json")))
    return {record["set_id"]: record for record in held}


@cache
def section_text(folder: Path, set_id: str, name: str) -> str:
    """One section of a record with its tables, as it is searched; empty where the record has none."""
    record = records(folder)[set_id]
    return plain(" | ".join(part for key in (name, f"{name}_table") for part in record.get(key, ())))


def plain(text: str) -> str:
    """A text in lower case without tags, each number in digits and each unit written one way."""
    text = re.sub(r"</?(?:td|th|tr|br)\b[^>]*>", " | ", text)
    text = html.unescape(re.sub(r"</?[a-zA-Z][^<>]*>", " ", text)).lower()
    for sign, meant in _SIGNS.items():
        text = text.replace(sign, meant)
    text = re.sub(r"(?<=\d),(?=\d{3}\b)", "", text)
    for pattern, unit in _UNITS.items():
        text = re.sub(pattern, unit, text)
    return re.sub(r"\s+", " ", _in_digits(text))


def _in_digits(text: str) -> str:
    tens, ones = "|".join(_TENS), "|".join(_FIRST)
    text = re.sub(rf"\b({tens})[- ]({ones})\b", lambda found: str(_TENS[found[1]] + _FIRST[found[2]]), text)
    text = re.sub(rf"\b({ones}) hundred\b", lambda found: str(100 * _FIRST[found[1]]), text)
    return re.sub(rf"\b({'|'.join(_WORDS)})\b", lambda found: str(_WORDS[found[1]]), text)
