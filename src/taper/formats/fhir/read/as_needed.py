"""Whether words say that a dose is taken only as needed, which has no day in a plan."""

import re
import unicodedata
from functools import lru_cache

from taper.formats.fhir.read.text_template import without_numbers

_ENGLISH = (
    r"\b(?:as|if|when|whenever|where|unless|only)(?: (?:it is|is|they are))? (?:so )?"
    r"(?:needed|required|req(?:'?d)?|necessary|nec|wanted|desired|indicated)\b"
    r"|\bp\.? ?r\.? ?n\b|\bpro re nata\b|\bs\.? ?o\.? ?s\b"
)
_FRENCH = r"\b(?:si|au|en cas de) (?:besoin|necessaire)\b|\bs'il (?:est|y a) (?:besoin|necessaire)|\ba la demande\b"
_GERMAN = (
    r"\b(?:bei|nach|im) (?:bedarf|bedarfsfall)\b|\bb\. ?bed\b|\bbedarfsweise\b|"
    r"\b(?:wenn|falls|sofern|soweit)(?: es)? (?:notig|notwendig|erforderlich)\b"
)
_SPANISH = (
    r"\b(?:si|cuando|segun) (?:es |sea |fuera |fuese |lo )?"
    r"(?:necesario|necesidad|necesita|necesite|precisa|precise|requiere|requiera)\b|\ba demanda\b|\ben caso necesario\b"
)
_IN_PAIN = (
    r"\b(?:if|when) (?:in|there is|you have|you feel) pain\b|\bbei schmerzen\b|\b(?:si|en cas de) (?:douleurs?|dolor)\b"
)
_OTHER = r"\b(?:al bisogno|se necessario|conforme necessario|zo nodig|vid behov|ved behov)\b"
_AS_NEEDED = re.compile("|".join((_ENGLISH, _FRENCH, _GERMAN, _SPANISH, _IN_PAIN, _OTHER)))


def is_as_needed(text: str) -> bool:
    """Whether a text says so, in English, French, German, Spanish and a few phrases of others; accents do not matter.

    Note:
        A text that tells something else to do as needed is caught too. No list of phrases is whole.
    """
    return _is_as_needed(without_numbers(text))


@lru_cache(maxsize=2048)
def _is_as_needed(text: str) -> bool:
    bare = text.casefold()
    if not bare.isascii():
        plain = unicodedata.normalize("NFKD", bare.replace("’", "'"))
        bare = "".join(mark for mark in plain if not unicodedata.combining(mark))
    return _AS_NEEDED.search(re.sub(r"[\s_-]+", " ", bare)) is not None
