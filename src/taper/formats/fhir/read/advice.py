"""Clauses of a dosage text that warn or say how to take a drug: found whole, or left for the reader of doses."""

import re
from collections.abc import Iterable

_TOKEN = re.compile(r"[ ,/()]+|[^\W\d_]+(?:['-][^\W\d_]+)*")
_BEGINS = r"(?:^|[.;!:,()|] ?|(?<=[^\w]) |- |(?<![\w])(?:and|but|und|aber|et|mais|y|pero) )"
_ENDS = re.compile(r" *(?:$|[.;!:,()|]|- |(?:and|but|und|aber|et|mais|y|pero)(?![\w]))")


def openers(said: Iterable[str]) -> re.Pattern[str]:
    """How a clause of advice begins, after a mark or an "and"; `said` is the group that holds it."""
    return re.compile(rf"{_BEGINS}(?P<said>(?:{'|'.join(said)}))(?![\w])")


def without_advice(
    text: str, opener: re.Pattern[str], words: frozenset[str], condition: re.Pattern[str], gone: str
) -> str:
    """A text without the clauses that begin as advice and hold no word but those of advice.

    None of these words can carry a dose, a time of day, a length or a change: nothing of the kind is passed over.
    A condition after a mark may be one of the whole text, and is left.
    """
    kept, at = [], 0
    for found in opener.finditer(text):
        end = _end_of(text, found.end(), words, condition)
        if end is not None:
            kept += [text[at : found.start("said")], gone]
            at = end
    return "".join([*kept, text[at:]])


def _end_of(text: str, start: int, words: frozenset[str], condition: re.Pattern[str]) -> int | None:
    """The last end of a clause that is reached by words of advice alone."""
    end = start if _ENDS.match(text, start) else None
    for token in _TOKEN.finditer(text, start):
        is_word = token[0][0] not in " ,/()"
        if token.start() != start or (is_word and token[0] not in words):
            break
        start = token.end()
        if not token[0].isspace() and not is_word and condition.match(text, start):
            break
        end = start if is_word and _ENDS.match(text, start) else end
    return end
