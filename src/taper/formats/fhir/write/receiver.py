"""What a receiver asks for beside the doses, and only a caller knows: when, by whom, where, and codes of the drugs."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from taper._base.shown import show
from taper.errors import InvalidInput

SUBJECT = re.compile(r"(Patient|Group)/[A-Za-z0-9.-]{1,64}|urn:uuid:[0-9a-f-]{36}|https?://\S+", re.ASCII)
_REQUESTER = re.compile(
    r"(Practitioner|PractitionerRole|Organization|Patient|RelatedPerson|Device)/[A-Za-z0-9.-]{1,64}"
    r"|urn:uuid:[0-9a-f-]{36}|https?://\S+",
    re.ASCII,
)
_SYSTEMS = {
    "R4": "http://terminology.hl7.org/CodeSystem/medicationrequest-category",
    "R5": "http://terminology.hl7.org/CodeSystem/medicationrequest-admin-location",
}
_CODE = re.compile(r"\S+( \S+)*")
_CODINGS = 'write codes by name and system, such as {"prednisone": {"atc": "H02AB07"}}'
_CATEGORIES = ("inpatient", "outpatient", "community", "discharge")
CODE_SYSTEMS = {
    "rxnorm": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "snomed": "http://snomed.info/sct",
    "atc": "http://www.whocc.no/atc",
}
Codings = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Receiver:
    """What a caller says for those who receive the requests; what is not said is not written."""

    authored_on: date | None = None
    requester: str | None = None
    category: str | None = None
    codings: Codings = field(default_factory=dict)

    def check(self) -> None:
        """Refuse what no receiver could read.

        Raises:
            InvalidInput: If what is said is no reference, no day, no category, no code or none of its systems.
        """
        if self.requester is not None and not _REQUESTER.fullmatch(self.requester):
            raise InvalidInput(
                f"{show(self.requester)} is not a reference; write it like Practitioner/123", where="requester"
            )
        if self.authored_on is not None and type(self.authored_on) is not date:
            what = "give a day without a time, such as date(2027, 2, 26)"
            raise InvalidInput(f"got {show(self.authored_on)}; {what}", where="authored_on")
        if self.category is not None and self.category not in _CATEGORIES:
            raise InvalidInput(f"got {show(self.category)}; write one of {', '.join(_CATEGORIES)}", where="category")
        for name, codes in self.codings.items():
            if not isinstance(codes, Mapping):
                raise InvalidInput(f"got {show(codes)}; {_CODINGS}", where=f"codings.{name}")
            unknown = sorted(set(codes) - set(CODE_SYSTEMS))
            if unknown:
                listed = ", ".join(CODE_SYSTEMS)
                raise InvalidInput(f"got codes of {show(unknown[0])}; write those of {listed}", where=f"codings.{name}")
            for system, code in codes.items():
                if not isinstance(code, str) or _CODE.fullmatch(code) is None:
                    said = f"{code!r:.60} is no code; write it as text without blanks around it"
                    raise InvalidInput(said, where=f"codings.{name}.{system}")

    def with_codes_on_file(self, codes: Mapping[str, str], drugs: Sequence[str]) -> "Receiver":
        """The same with the ATC code on file of each drug, where the caller gives none."""
        held = {drug: {"atc": codes[drug], **self.codings.get(drug, {})} for drug in drugs if drug in codes}
        return replace(self, codings={**self.codings, **held})

    def elements(self, version: str) -> dict[str, Any]:
        """The elements of a request that say it."""
        made: dict[str, Any] = {}
        if self.category is not None:
            made["category"] = [{"coding": [{"system": _SYSTEMS[version], "code": self.category}]}]
        if self.authored_on is not None:
            made["authoredOn"] = self.authored_on.isoformat()
        if self.requester is not None:
            made["requester"] = {"reference": self.requester}
        return made

    def coded(self, name: str, text: str) -> dict[str, Any]:
        """A concept with its text and the codes of a drug or a product."""
        codes = self.codings.get(name, {})
        coding = [{"system": CODE_SYSTEMS[system], "code": code} for system, code in codes.items()]
        return ({"coding": coding} if coding else {}) | {"text": text}


def check_names(codings: Codings, known: Sequence[str]) -> None:
    """Refuse codes of a drug or a product that the plan does not have.

    Raises:
        InvalidInput: Naming it, and those that the plan has.
    """
    unknown = next((name for name in codings if name not in known), None)
    if unknown is not None:
        raise InvalidInput(f"the plan has no {show(unknown)}; it has {', '.join(known)}", where="codings")
