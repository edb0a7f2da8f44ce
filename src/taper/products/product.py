"""Products: tablets, capsules, packets and liquids, and how far each may be divided."""

import re
from collections import Counter
from collections.abc import Iterable
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from taper._base.json_text import read_json, read_json_file
from taper._base.numbers import Count, write_count
from taper._base.records import Value
from taper._base.shown import show
from taper._base.takes import takes
from taper._base.text import Name, Text
from taper.amounts.dose import Dose
from taper.amounts.liquid import Concentration, Volume
from taper.errors import InvalidInput, OutOfScope
from taper.products.dilution import Dilution
from taper.source import Source


class DosageForm(StrEnum):
    """What a product looks like to the person who takes it by mouth."""

    TABLET = "tablet"
    ORALLY_DISINTEGRATING_TABLET = "orally-disintegrating tablet"
    CHEWABLE_TABLET = "chewable tablet"
    SUBLINGUAL_TABLET = "sublingual tablet"
    CAPSULE = "capsule"
    PACKET = "packet"
    ORAL_SOLUTION = "oral solution"
    ORAL_SUSPENSION = "oral suspension"

    @property
    def is_liquid(self) -> bool:
        return self in {DosageForm.ORAL_SOLUTION, DosageForm.ORAL_SUSPENSION}

    @property
    def can_be_divided(self) -> bool:
        """Whether the form as such can be broken; whether a product may be is its score's to say."""
        return self in {DosageForm.TABLET, DosageForm.ORALLY_DISINTEGRATING_TABLET, DosageForm.CHEWABLE_TABLET}


class Release(StrEnum):
    """How a product lets its drug go; anything but immediate is taken whole unless its label says otherwise."""

    IMMEDIATE = "immediate"
    EXTENDED = "extended"
    DELAYED = "delayed"


_REFUSED_ROUTES = (
    "intrathecal", "injection", "infusion", "intravenous", "intramuscular", "subcutaneous", "patch",
    "transdermal", "rectal", "suppository", "enema", "nasal", "inhal", "topical", "vaginal", "ocular", "pump",
)  # fmt: skip


def refuse_route(text: str) -> None:
    """Raise if a form or route is one that is not swallowed or kept in the mouth.

    Raises:
        OutOfScope: Naming the route.
    """
    for route in _REFUSED_ROUTES:
        if route in text.lower():
            raise OutOfScope(f"{show(text)} is not taken by mouth; only oral products are planned here, leave it out")


def _form(value: object) -> object:
    if isinstance(value, str):
        refuse_route(value)
    return value


Form = Annotated[DosageForm, BeforeValidator(_form)]
Subform = Literal["soluble", "dispersible", "sprinkle", "once-daily", "granules", "drops", "concentrate"]
"""What tells a product from another of the same form that a person could take for it."""
Manner = Literal[
    "whole",
    "uncrushed",
    "may-be-opened",
    "sprinkled",
    "under-the-tongue",
    "whole-packet",
    "with-evening-meal",
    "diluted",
]
"""How a label says that a product is taken."""

SUBFORMS: dict[tuple[Subform, DosageForm, Release], str] = {
    ("soluble", DosageForm.TABLET, Release.IMMEDIATE): "soluble tablet",
    ("dispersible", DosageForm.TABLET, Release.IMMEDIATE): "dispersible tablet",
    ("dispersible", DosageForm.CHEWABLE_TABLET, Release.IMMEDIATE): "chewable dispersible tablet",
    ("sprinkle", DosageForm.CAPSULE, Release.IMMEDIATE): "sprinkle capsule",
    ("sprinkle", DosageForm.CAPSULE, Release.EXTENDED): "sprinkle capsule",
    ("sprinkle", DosageForm.CAPSULE, Release.DELAYED): "sprinkle capsule",
    ("once-daily", DosageForm.TABLET, Release.EXTENDED): "once-daily tablet",
    ("granules", DosageForm.PACKET, Release.IMMEDIATE): "granule packet",
    ("drops", DosageForm.ORAL_SOLUTION, Release.IMMEDIATE): "oral drops",
    ("concentrate", DosageForm.ORAL_SOLUTION, Release.IMMEDIATE): "oral concentrate",
}
"""What each subform is called with the form and release that it goes with."""
Parts = Literal[1, 2, 3, 4]


class Product(Value):
    """One product of one drug: a strength per unit, or a concentration, and how far it may be divided.

    `score` is the maker's: into how many parts its label says a unit divides, or "unknown". `equal_parts` says that a
    cited source states the parts to be equal; a score line alone does not, and a finding says so where it is divided.
    `allow_pieces` is the caller's permission; where given it decides, and a finding says that it was given.
    `is_measure_assumed` says that nobody stated what measures it: its marks are this project's default.
    `made_from` says that a liquid is made at home each time, from which tablets; a finding says that too.
    `subform` and `brand` tell it from products of its form and strength that are not the same; both are printed.
    `taken` is how its label, `taken_source`, says that it is taken. `pack` is the units or the volume of one pack, by
    `pack_source` where that is not the source of the product. `measure_source` says what comes with it to measure it.
    """

    id: Name
    drug: Name
    form: Form
    subform: Subform | None = None
    release: Release = Release.IMMEDIATE
    strength: Dose | None = None
    concentration: Concentration | None = None
    smallest_volume: Volume | None = None
    graduation: Volume | None = None
    largest_volume: Volume | None = None
    is_measure_assumed: bool = False
    made_from: Dilution | None = None
    score: Parts | Literal["unknown"] = "unknown"
    equal_parts: bool = False
    allow_pieces: Parts | None = None
    pack: Annotated[int, Field(ge=1, le=10_000)] | Volume | None = None
    discard_after_opening: Annotated[int, Field(ge=1, le=1000)] | None = None
    market: Annotated[str, Field(pattern=r"^[a-z]{2}$")] | None = None
    name: Text | None = None
    brand: Text | None = None
    taken: tuple[Manner, ...] = ()
    available: Text | None = None
    source: Source | None = None
    score_source: Source | None = None
    taken_source: Source | None = None
    pack_source: Source | None = None
    measure_source: Source | None = None

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        for problem in self._problems():
            raise InvalidInput(problem)
        return self

    def _problems(self) -> Iterable[str]:
        if self.form.is_liquid:
            if self.concentration is None or self.strength is not None:
                yield f'an {self.form} has a concentration and no strength; write concentration = "2 mg/5 mL"'
            if self.allow_pieces or self.score not in {"unknown", 1}:
                yield f"an {self.form} is measured, not divided; remove score and allow_pieces"
        elif self.strength is None or self.concentration is not None:
            yield f'a {self.form} has a strength and no concentration; write strength = "5 mg"'
        elif not self.strength:
            yield "a strength is above 0; write the labeled strength"
        elif self.smallest_volume or self.graduation or self.largest_volume:
            yield f"a {self.form} has no volumes; remove smallest_volume, graduation and largest_volume"
        yield from self._problems_of_dilution()
        if self.subform is not None and (self.subform, self.form, self.release) not in SUBFORMS:
            yield f"a {self.subform} {self.form} of {self.release} release is not one planned here; remove subform"
        if bool(self.taken) != (self.taken_source is not None):
            yield "how it is taken needs the source that says so; write both taken and taken_source"
        if self.pack_source is not None and self.pack is None:
            yield "pack_source is of a pack; add the pack, or remove pack_source"
        if self.measure_source is not None and self.smallest_volume is None:
            yield "measure_source is of what measures it; add smallest_volume, or remove measure_source"
        if self.equal_parts and not self.is_scored:
            yield "equal parts are those of a score; add the score, or remove equal_parts"
        for volume in (self.smallest_volume, self.graduation, self.largest_volume):
            if volume is not None and not volume.ml:
                yield "a volume that can be measured is above 0; write it like 0.1 mL"
        if not self.form.can_be_divided and self.is_scored:
            yield f"a {self.form} is never divided; remove the score"
        if self.allow_pieces not in {None, 1} and not self.can_be_permitted:
            yield f"{self.label} is taken whole ({self.why_whole}); remove allow_pieces"

    def _problems_of_dilution(self) -> Iterable[str]:
        made = self.made_from
        if made is None:
            return
        if not self.form.is_liquid or self.release is not Release.IMMEDIATE:
            yield "what is made from tablets is a liquid of immediate release; remove made_from"
        elif self.concentration != made.concentration:
            yield f"{made} holds {made.concentration}; write that concentration"
        elif self.largest_volume is None or self.largest_volume > made.volume:
            yield f"at most the {made.volume} that are made can be taken; write a largest volume"

    @property
    def is_scored(self) -> bool:
        """Whether its maker says that it divides."""
        return self.score in {2, 3, 4}

    @property
    def can_be_permitted(self) -> bool:
        """Whether a caller may permit dividing it at all."""
        return self.form.can_be_divided and (self.release is Release.IMMEDIATE or self.is_scored)

    @property
    def why_whole(self) -> str:
        """Why it is never divided, or empty if it may be."""
        if not self.form.can_be_divided:
            return f"a {self.form}"
        return "" if self.can_be_permitted else f"{self.release} release"

    @property
    def pieces(self) -> int:
        """Into how many equal parts a unit may be divided here: the permission if given, else the known score."""
        if self.allow_pieces is not None:
            return self.allow_pieces
        return self.score if isinstance(self.score, int) else 1

    @property
    def is_permitted_beyond_score(self) -> bool:
        """Whether the caller's permission goes further than the maker's score."""
        score = self.score if isinstance(self.score, int) else 1
        return self.allow_pieces is not None and self.allow_pieces > score

    def __str__(self) -> str:
        return f"{self.drug} {self.label}" + (f", {self.name}" if self.name else "")

    def __repr__(self) -> str:
        return f"<Product {self.id}: {self.label} of {self.drug}>"

    @property
    def label(self) -> str:
        """A short name for a reader: "10 mg tablet", "5 mg soluble tablet", "5 mg/5 mL oral solution"."""
        if self.made_from is not None:
            return str(self.made_from)
        release = "" if self.release is Release.IMMEDIATE else f"{self.release}-release "
        brand = f" ({self.brand})" if self.brand else ""
        return f"{self.strength or self.concentration} {release}{self.form_name}{brand}"

    @property
    def form_name(self) -> str:
        """The form with what tells it from others of its kind: "soluble tablet"."""
        if self.subform is None:
            return self.form.value
        return SUBFORMS.get((self.subform, self.form, self.release), f"{self.subform} {self.form}")

    @property
    def is_unsure(self) -> bool:
        """Whether something is said of its supply, such as that it was last seen listed years ago."""
        return self.available is not None

    @property
    def is_unmeasured(self) -> bool:
        """Whether it is a liquid of which it is not known how little can be measured, so that no dose is made of it."""
        return self.form.is_liquid and self.smallest_volume is None

    def divided(self, pieces: Parts) -> Self:
        """The same product with the caller's permission to divide it into so many parts."""
        return type(self).read({**self.model_dump(), "allow_pieces": pieces}, where=self.id)

    @takes
    def measured(self, smallest: str, *, graduation: str | None = None, largest: str | None = None) -> Self:
        """The same liquid with what can be measured: the least volume, the graduation, the largest volume."""
        facts = {"smallest_volume": smallest, "graduation": graduation, "largest_volume": largest}
        stated = {"is_measure_assumed": False, "measure_source": None}
        return type(self).read({**self.model_dump(), **facts, **stated}, where=self.id)

    @takes
    def diluted(self, volume: str, *, graduation: str, smallest: str | None = None, units: int = 1) -> Self:
        """A homemade dilution: tablets in a volume of water, of which some is taken and the rest thrown away.

        Args:
            volume: The volume they are put in, such as "100 mL".
            graduation: The marks by which what is taken is measured.
            smallest: The least that is measured; one mark if not given.
            units: How many tablets.

        Raises:
            InvalidInput: If it is no immediate-release tablet.

        Example:
            >>> tablet = Product(id="d4", drug="d", form="tablet", strength="4 mg")
            >>> dilution = tablet.diluted("100 mL", graduation="1 mL")
            >>> print(dilution.label, "|", dilution.dose_of(Portion(product=dilution.id, volume="93 mL")))
            1 x 4 mg tablet in 100 mL of water | 3.72 mg
        """
        if not self.form.can_be_divided or self.release is not Release.IMMEDIATE or self.strength is None:
            raise InvalidInput(
                f"{self.label} is not put in water here; only immediate-release tablets are", where=self.id
            )
        made = {"tablet": self.id, "strength": self.strength, "form": str(self.form), "units": units, "volume": volume}
        dilution = Dilution.read(made, where=self.id)
        facts = {"smallest_volume": smallest or graduation, "graduation": graduation, "largest_volume": volume}
        name = f"{self.id}-{'' if units == 1 else f'{units}-'}in-{volume.replace(' ', '').lower()}"
        kept = {"drug": self.drug, "market": self.market, "source": self.source}
        return type(self).read(
            {"id": name, "form": DosageForm.ORAL_SUSPENSION, "concentration": dilution.concentration}
            | {"made_from": dilution, **facts, **kept},
            where=self.id,
        )

    @property
    def supplied_as(self) -> Self:
        """What is dispensed for it: itself, or the tablets that a dilution is made from."""
        made = self.made_from
        if made is None:
            return self
        return type(self)(id=made.tablet, drug=self.drug, form=made.form, strength=made.strength, market=self.market)

    @takes
    def dose_of(self, portion: "Portion") -> Dose:
        """The exact dose in a portion of this product.

        Raises:
            InvalidInput: If the portion is of another product, or counts where it should measure.
        """
        if not isinstance(portion, Portion):
            raise InvalidInput(f"got {show(portion)}; give a Portion of {self.id}")
        if portion.product != self.id:
            raise InvalidInput(f"a portion of {portion.product} is not one of {self.id}; look its product up first")
        if self.strength is not None and portion.count is not None:
            return self.strength * portion.count
        if self.concentration is not None and portion.volume is not None:
            return self.concentration.dose_in(portion.volume)
        raise InvalidInput(f"{self.label} was counted and measured at once; give one of count and volume")


class Portion(Value):
    """A product, by id, and either a count of its units or a volume of it."""

    product: str
    count: Count | None = None
    volume: Volume | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.count is None) == (self.volume is None):
            raise InvalidInput("a portion has a count or a volume; give one of them")
        amount = self.count if self.count is not None else self.volume.ml if self.volume else Fraction(0)
        if amount <= 0:
            raise InvalidInput("a portion is above 0; leave it out if nothing is taken")
        return self

    def __str__(self) -> str:
        return f"{write_count(self.count)} x {self.product}" if self.count else f"{self.volume} of {self.product}"


def name_product(data: dict[str, Any]) -> str:
    """An id for a product that was given none: drug, form and strength, such as `baclofen-tablet-5mg`."""
    amount = str(data.get("strength") or data.get("concentration") or "")
    release = str(data.get("release", "immediate"))
    release = "" if release == "immediate" else release
    parts = [str(data.get("drug", "")), release, str(data.get("subform") or ""), str(data.get("form", "")), amount]
    text = "-".join(part for part in parts if part).lower().replace("/", "-per-").replace(" ", "")
    return re.sub(r"[^a-z0-9.+-]", "-", text).strip("-") or "product"


@takes
def read_products(text: str, *, where: str = "") -> tuple[Product, ...]:
    """Read products from JSON text: a list of objects, of which drug, form and a strength or concentration suffice.

    Args:
        text: JSON text.
        where: What to call the text in an error.

    Raises:
        InvalidInput: If it is not such a list, or two products share an id; each problem comes with its path.

    Example:
        >>> read_products('[{"drug": "x", "form": "tablet", "strength": "5 mg"}]')[0].label
        '5 mg tablet'
    """
    return _as_products(read_json(text, where=where), where)


@takes
def load_products(path: str | Path) -> tuple[Product, ...]:
    """Read products from a JSON file.

    Raises:
        InvalidInput: If it cannot be read; the message lists each problem with its path.
    """
    return _as_products(read_json_file(path), str(path))


def _as_products(data: object, where: str) -> tuple[Product, ...]:
    if not isinstance(data, list) or not all(isinstance(item, dict) for item in data):
        raise InvalidInput("products are a JSON list of objects; write [{...}]", where=where)
    products = tuple(Product.read(_completed(item), where=f"{where}[{index}]") for index, item in enumerate(data))
    twice = [name for name, count in Counter(product.id for product in products).items() if count > 1]
    if twice:
        raise InvalidInput(f"two products have the id {show(twice[0])}; give one another id", where=where)
    return products


def _completed(item: dict[str, Any]) -> dict[str, Any]:
    made = {("allow_pieces" if key == "pieces" else key): value for key, value in item.items()}
    if "pieces" in item and "allow_pieces" in item:
        raise InvalidInput("pieces and allow_pieces are the same key; keep allow_pieces")
    return {"id": name_product(made), **made}
