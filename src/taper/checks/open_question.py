"""What could not be assessed: why, and which fact to give. A code and fields; words are written from them."""

from enum import StrEnum

from pydantic import Field, computed_field, model_validator

from taper._base.records import Value, changed
from taper.checks.rule_titles import title_of
from taper.source import Source


class Reason(StrEnum):
    """Why a rule could not be applied."""

    FACT = "a fact about the person or the plan is not given"
    NO_DRUG = "the drug is not in the formulary"
    NO_SOURCE = "no source is on file"
    UNREAD = "the section that would speak has not been read"
    LEFT_OUT = "the caller named other sources"
    NAME = "a name is not known"
    CLASSES = "the classes of a medicine are not known"
    OTHER_USES = "sources speak of other uses"
    OTHER_PEOPLE = "sources speak of other people, doses or lengths of use"
    NO_FIGURE = "sources give no figure"
    STARTS_ONLY = "sources speak of starting the drug only"
    DISAGREE = "facts about the person disagree"
    UNDECIDED = "a person decides what is taken"
    TWICE = "the drug also stands among the other medicines"
    PRODUCTS = "the sources' words name no product on file"
    DIALYSIS_TIME = "the source counts from dialysis"


class NotAssessed(Value):
    """A rule that could not be applied, to which drug, and why.

    `reason` is the code, `what` names what is missing, `facts` the facts to give, as paths such as
    `patient.age`, and `sources` who would speak. `urgent` marks a known risk of the person of which nothing on file
    speaks. `missing` is written from these, for a reader. Questions of one cause are one: `parts` then holds what each
    rule asks of each drug, and the rest is that of all of them, under the rule that matters most.
    """

    rule: str
    drug: str | None = None
    reason: Reason
    what: tuple[str, ...] = Field(min_length=1)
    facts: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    urgent: bool = False
    parts: "tuple[NotAssessed, ...]" = ()

    @property
    def each(self) -> "tuple[NotAssessed, ...]":
        """What each rule could not assess of each drug; itself where it was not put together from several."""
        return self.parts or (self,)

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that could not be applied, each once."""
        return tuple(dict.fromkeys(part.rule for part in self.each))

    @property
    def drugs(self) -> tuple[str, ...]:
        """The drugs to which they could not be applied, each once."""
        return tuple(dict.fromkeys(part.drug for part in self.each if part.drug is not None))

    @property
    def by_reason(self) -> "tuple[NotAssessed, ...]":
        """What it asks for each reason, one each; itself where there is one."""
        reasons = list(dict.fromkeys(part.reason for part in self.each))
        return tuple(self._for_reason(reason) for reason in reasons) if len(reasons) > 1 else (self,)

    def _for_reason(self, reason: Reason) -> "NotAssessed":
        parts = tuple(part for part in self.parts if part.reason is reason)
        what = tuple(dict.fromkeys(words for part in parts for words in part.what))
        return changed(self, {"reason": reason, "what": what, "parts": parts})

    @property
    def heading(self) -> str:
        """What the rules are about, and the drugs, for a reader: "kidney function, interaction (baclofen)"."""
        return f"{', '.join(map(title_of, self.rules))}{f' ({named})' if (named := ', '.join(self.drugs)) else ''}"

    @model_validator(mode="before")
    @classmethod
    def _leaves_out_what_is_written(cls, data: object) -> object:
        """Text that was written from the fields is left out when they are read again."""
        return {key: value for key, value in data.items() if key != "missing"} if isinstance(data, dict) else data

    @computed_field  # type: ignore[prop-decorator]
    @property
    def missing(self) -> str:
        """What is missing, in words."""
        return _missing_words(self)

    def __str__(self) -> str:
        return f"not assessed: {self.heading}, missing {self.missing}"

    def __repr__(self) -> str:
        return f"<NotAssessed {self.rule}: {self.missing}>"


def _missing_words(gap: NotAssessed) -> str:
    """The one place in which a reason becomes a sentence."""
    what = "; ".join(f"{'; '.join(part.what)}{_ENDINGS.get(part.reason, '')}" for part in gap.by_reason)
    cited = "".join(f" {cite_source(source)}" for source in gap.sources)
    return f"{what}{cited}"


_ENDINGS = {
    Reason.NO_DRUG: " is not in the formulary; no source is on file",
    Reason.NO_SOURCE: "; no source is on file",
    Reason.UNREAD: ": not read in full",
    Reason.LEFT_OUT: " not compared: you named other sources",
}


def cite_source(source: Source) -> str:
    """A short citation: whose, for which country, of which year; an overlay and a secondary source say so."""
    place = f", {source.jurisdiction}" if source.jurisdiction and source.called == source.organization else ""
    layer = "" if source.layer == "shipped" else f"; from the overlay {source.layer}"
    words = "; secondary source" if source.grade == "C" else ""
    return f"({source.called}{place}, {source.year}{layer}{words})"
