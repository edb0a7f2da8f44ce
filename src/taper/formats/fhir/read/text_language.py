"""The language of a text, told by its small words and its letters: one that is read here, or one that is not."""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache

from taper.formats.fhir.read.vocabulary import LANGUAGES, plain, plain_unit_words, words_of_language
from taper.formats.fhir.tables import table

_WORD = re.compile(r"[^\W\d_]+")
# Letters that are no letter with an accent.
_OTHERS = str.maketrans({"ı": "i", "ł": "l", "ø": "o", "æ": "ae"})


def is_in_read_language(text: str, names: frozenset[str]) -> bool:
    """Whether a text has words of a language that is read.

    Args:
        text: The text as it stands.
        names: Words that name the drug, its form or what it is for: they are of every language.
    """
    return _counts(plain(text), names)[0] > 0


def is_in_unread_language(text: str, names: frozenset[str]) -> bool:
    """Whether as many words of a text, without letters alone, are of a language that is not read as of any that is."""
    read, unread = _counts(plain(text), names)
    return unread >= max(read, 1)


@lru_cache(maxsize=2048)
def _counts(flat: str, names: frozenset[str]) -> tuple[int, int]:
    """How many words are of the one language that is read, and of the one that is not, that most words are of."""
    of_all = names | plain_unit_words().keys()
    words = [word for word in _WORD.findall(flat.translate(_OTHERS)) if word not in of_all]
    words = [word for word in words if len(word) > 1 or _is_foreign(word)]
    foreign = sum(_is_foreign(word) for word in words)
    read = max(sum(word in words_of_language(code) for word in words) for code in LANGUAGES)
    return read, foreign + max(sum(word in small for word in words) for small in _unread_words().values())


@lru_cache(maxsize=2048)
def _is_foreign(word: str) -> bool:
    """Whether a word is written in other letters than all languages that are read."""
    return not word.isascii() and not any(unicodedata.name(mark, "").startswith("LATIN") for mark in word)


@cache
def _unread_words() -> Mapping[str, frozenset[str]]:
    return {name: frozenset(words.split()) for name, words in table("text-languages")["unread"].items()}
