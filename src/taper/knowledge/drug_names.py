"""What people write for the drug of a plan: a generic name, a brand, a salt, with or without a word of release."""

from dataclasses import dataclass
from typing import Final

from taper.products.product import DosageForm, Release

_EXTENDED: Final = ("xr", "xl", "er", "sr", "la", "cr", "mr", "pr", "retard", "continus", "extended-release")
_MODIFIED: Final = (*_EXTENDED, "modified-release", "prolonged-release")
_WORDS: Final[dict[str, tuple[Release | None, tuple[DosageForm, ...]]]] = {
    **dict.fromkeys(_MODIFIED, (Release.EXTENDED, ())),
    "delayed-release": (Release.DELAYED, ()),
    "immediate-release": (Release.IMMEDIATE, ()),
    "ir": (Release.IMMEDIATE, ()),
    "odt": (None, (DosageForm.ORALLY_DISINTEGRATING_TABLET,)),
}
"""Words at the end of a name that say what release or form it is."""

RELEASE_WORDS: Final = frozenset(part for word in _WORDS for part in word.split("-"))
"""Each of these words, taken apart."""

_SALTS: Final = frozenset(
    {"hydrochloride", "hcl", "dihydrochloride", "hydrobromide", "hbr", "hemihydrate", "maleate", "mesylate", "tartrate"}
    | {"hemitartrate", "citrate", "fumarate", "oxalate", "succinate", "besylate", "phosphate", "sulfate", "sulphate"}
    | {"sodium", "potassium", "calcium", "acetate"}
)
"""Words of a salt behind the name of a medicine."""

SALT_WORDS: Final = _SALTS | frozenset(
    {"chloride", "bromide", "carbonate", "lactate", "gluconate", "tosylate", "natrium", "kalium"}
)
"""Words of a salt that are no name of a drug by themselves, whether or not a medicine is found without them."""


@dataclass(frozen=True, slots=True)
class DrugName:
    """A drug as it was written: the entries on file that it may be, and the release and forms that its name says.

    `is_short` says that it is the beginning of the names of these entries: metoprolol of metoprolol-succinate.
    """

    written: str
    drugs: tuple[str, ...]
    release: Release | None = None
    forms: tuple[DosageForm, ...] = ()
    is_short: bool = False

    @classmethod
    def of(cls, drug: str) -> "DrugName":
        """A drug by the name under which it is on file."""
        return cls(drug, (drug,))


def split_release(key: str) -> tuple[str, Release | None, tuple[DosageForm, ...]]:
    """A plain name without the word of release or form at its end, and what that word says."""
    for word in sorted(_WORDS, key=len, reverse=True):
        if key.endswith(f"-{word}"):
            return (key.removesuffix(f"-{word}"), *_WORDS[word])
    return key, None, ()


def modified_names(key: str) -> frozenset[str]:
    """The names under which another release of a brand would be sold: ambien-cr beside ambien."""
    return frozenset(f"{key}-{word}" for word in _MODIFIED)


def without_salt(key: str) -> str:
    """A plain name without the words of its salt: sertraline of sertraline-hydrochloride."""
    words = key.split("-")
    while len(words) > 1 and words[-1] in _SALTS:
        words.pop()
    return "-".join(words)
