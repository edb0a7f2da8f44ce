"""A monograph as text: every figure, its source, its grade and its date."""

import pytest

from taper import Formulary
from taper.formats.monograph import sections_of, to_monograph_text
from taper.knowledge.monograph import Monograph

SHIPPED = Formulary.shipped()


@pytest.mark.parametrize("drug", SHIPPED.drugs)
def test_every_statement_is_printed_with_its_source(drug):
    monograph = SHIPPED.monograph(drug)
    held = [item for name in Monograph.model_fields for item in _facts(getattr(monograph, name))]
    printed = [entry for section in sections_of(monograph) for entry in section.entries]
    assert len(printed) == len(held)
    assert all(entry.source is not None and entry.says for entry in printed)


def _facts(section):
    return [item for item in section if hasattr(item, "source")] if isinstance(section, tuple) else []


@pytest.mark.parametrize("drug", SHIPPED.drugs)
def test_every_source_is_printed_with_its_locator_and_the_day_it_was_looked_at(drug):
    monograph = SHIPPED.monograph(drug)
    text = to_monograph_text(monograph)
    for source in monograph.sources:
        place = f"for {source.jurisdiction}; " if source.jurisdiction else ""
        assert f"\n      {source.locator}\n      {place}looked at on {source.verified_on}" in text


def test_a_section_without_a_source_says_so():
    text = to_monograph_text(SHIPPED.monograph("zolpidem"))
    assert "After a break\n  No source is on file.\n" in text


def test_a_limit_is_printed_as_its_source_calls_it():
    text = to_monograph_text(SHIPPED.monograph("baclofen"))
    assert "  - maximum 80 mg a day [" in text
    assert "  - usual maximum 60 mg a day [" in text


@pytest.mark.parametrize("drug", SHIPPED.drugs)
def test_lines_are_of_a_width_that_a_screen_holds(drug):
    lines = to_monograph_text(SHIPPED.monograph(drug)).splitlines()
    assert all(len(line) <= 100 or "http" in line or "://" in line or line.startswith("      ") for line in lines)


def test_an_overlay_is_named_beside_its_source(tmp_path):
    path = tmp_path / "local.toml"
    path.write_text(
        'overlay = "ward 3"\ndrug = "baclofen"\n[sources.ward]\norganization = "A ward"\ntitle = "Limits"\n'
        'locator = "page 3"\nyear = 2027\ngrade = "A"\nverified_on = 2027-01-15\n[[ceilings]]\nlimit = "40 mg"\n'
        'source = "ward"\n',
        "utf-8",
    )
    assert "looked at on 2027-01-15; from the overlay ward 3" in to_monograph_text(
        SHIPPED.overlaid(path).monograph("baclofen")
    )


def test_a_monograph_that_looked_for_nothing_in_vain_has_no_such_section() -> None:
    bare = Monograph.read({"drug": "x", "reviewed_on": "2026-11-22"})
    assert "Looked for and not found" not in to_monograph_text(bare)
