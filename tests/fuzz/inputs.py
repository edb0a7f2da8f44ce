"""Inputs for the fuzz targets: seeds of the corpus with a few things changed, as texts."""

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

CORPUS = Path(__file__).parent / "corpus"
FINDINGS = Path(__file__).parent / "findings"
ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2, 366, 10**6, 10**30, 0.1, 1.5, float("nan"), float("inf"), "", " ", "x", "0", "1",
    "0 mg", "1/3 mg", "0.001 mg", "2.5 mg", "99.999 mg", "1000000 mg", "1 mcg", "1 g", "5 mL", "2 mg/5 mL", "-5 mg",
    "1e3 mg", "1 day", "7320 days", "240 months", "20 years", "1 month", "0 days", "2027-03-01", "2027-02-29",
    "2200-12-31", "0001-01-01", "morning", "bedtime", "00:00", "24:00", "23:59", "stop", "continue", "review",
    "nothing", "gap", "decision", "taper", "titration", "\ud800", "\x00", "\u202e", "\ufeff", "9" * 49, "x" * 81,
    "y" * 2001, "=1+1", "<b>", "`*_`", "a\nb", [], {}, [[]], [{}], {"": ""}, {"morning": "1 mg"}, [0] * 30,
)  # fmt: skip
NUMBERS = (
    "1e30",
    "1E-30",
    "1e400",
    "0e999999999",
    "1e-99999999999999999999",
    "1e-999999999999",
    "1e3000",
    "9" * 4301,
    "0." + "3" * 60,
    "-0",
    "-0.0",
)
"""Numbers as JSON may have them and Python may not: each stands in the data as a text, and in the result as it is."""
MARKS = "0123456789./,-+ :%emgLuck\u00b5\u0665\u2028\ud800\x00\"'{}[]\n\t=#"


@cache
def seeds(target: str) -> tuple[str, ...]:
    """The seeds of a target, and what was once found in it."""
    files = sorted([*(CORPUS / target).glob("*"), *(FINDINGS / target).glob("*")])
    return tuple(text_of(file.read_bytes()) for file in files)


def text_of(data: bytes) -> str:
    """Any bytes as a text: UTF-8 with lone surrogates, or else a letter a byte."""
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every value in some data, and of the keys by a mark at the end."""
    found = [path]
    if isinstance(data, dict):
        for key, value in data.items():
            found += [(*path, key, None), *places(value, (*path, key))]
    elif isinstance(data, list):
        for index, value in enumerate(data):
            found += places(value, (*path, index))
    return found


def _at(data: Any, path: tuple[Any, ...]) -> Any:
    for part in path:
        data = data[part]
    return data


def edited(data: Any, path: tuple[Any, ...], kind: str, value: Any) -> Any:
    """The data with one thing changed; as it is, where the change makes no sense there."""
    if not path:
        return value
    if path[-1] is None:
        *front, key, _ = path
        held = _at(data, tuple(front))
        held[str(value)[:90]] = held.pop(key) if kind != "copy" else copy.deepcopy(held[key])
        return data
    held, last = _at(data, path[:-1]), path[-1]
    if kind == "delete":
        del held[last]
    elif kind == "copy" and isinstance(held, list):
        held.insert(last, copy.deepcopy(held[last]))
    elif kind == "many" and isinstance(held, list):
        held[last:last] = [copy.deepcopy(held[last]) for _ in range(20)]
    elif kind == "text" and isinstance(held[last], str):
        held[last] = f"{held[last]}{value}"
    else:
        held[last] = value
    return data


@cache
def json_seeds(target: str) -> tuple[str, ...]:
    """The seeds of a target that are JSON; what was found may be none."""
    return tuple(text for text in seeds(target) if _is_json(text))


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def json_text(data: Any) -> str:
    """Some data as JSON, with its numbers that Python may not have."""
    text = json.dumps(data)
    for number in NUMBERS:
        text = text.replace(f'"{number}"', number)
    return text


@st.composite
def json_texts(draw: st.DrawFn, target: str) -> str:
    """A seed of a target as JSON text with up to five changes, some with a value taken from another seed."""
    known = json_seeds(target)
    data = json.loads(draw(st.sampled_from(known)))
    for _ in range(draw(st.integers(1, 5))):
        path = draw(st.sampled_from(places(data)))
        kind = draw(st.sampled_from(("replace", "replace", "delete", "copy", "many", "text", "splice")))
        if kind == "splice":
            other = json.loads(draw(st.sampled_from(known)))
            value = value_at(other, draw(st.sampled_from(places(other))))
        else:
            value = copy.deepcopy(draw(st.sampled_from((*ODD, *NUMBERS))))
        data = edited(data, path, kind, value)
    return json_text(data)


def value_at(data: Any, path: tuple[Any, ...]) -> Any:
    return path[-2] if path and path[-1] is None else copy.deepcopy(_at(data, path))


@st.composite
def edited_texts(draw: st.DrawFn, target: str) -> str:
    """A seed of a target with up to six letters or stretches changed."""
    known = seeds(target)
    text = draw(st.sampled_from(known))
    for _ in range(draw(st.integers(1, 6))):
        first = draw(st.integers(0, len(text)))
        last = draw(st.integers(first, min(len(text), first + draw(st.sampled_from((0, 1, 3, 30))))))
        other = draw(st.sampled_from(known))
        begin = draw(st.integers(0, len(other)))
        put = draw(st.text(st.sampled_from(MARKS), max_size=4) | st.just(other[begin : begin + 12]))
        text = text[:first] + put + text[last:]
    return text


def texts(target: str, *, is_json: bool) -> st.SearchStrategy[str]:
    """What a target is tried with."""
    broken = edited_texts(target)
    return (
        st.one_of(json_texts(target), json_texts(target), json_texts(target), broken) if is_json else broken | st.text()
    )
