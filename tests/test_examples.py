"""The example scripts run as a person would run them."""

import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"


def _run(name, folder):
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / name)], cwd=folder, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_quickstart_prints_a_dated_table_with_review_and_supply_and_writes_a_calendar(tmp_path):
    out = _run("quickstart.py", tmp_path)
    assert "8-28 ...  Mon 8 Mar 2027 - Sun 28 Mar 2027" in out
    assert "74 x 5 mg tablet" in out
    assert "Review: 0 found" in out
    assert (tmp_path / "baclofen.ics").read_bytes().startswith(b"BEGIN:VCALENDAR\r\n")


@pytest.mark.parametrize(
    "said",
    [
        "pms-sg (label, grade B)\n  no proposal: at creatinine clearance 32.02 mL/min (the source names impaired",
        "beers-2023 (guideline, grade B)\n  no proposal: at eGFR 34.5 mL/min/1.73 m2, below 60 the source says avoid",
        "1/2 of the usual dose at creatinine clearance 32.02 mL/min, from 30 to 50: 5 mg -> 2.5 mg",
    ],
)
def test_one_person_under_every_kidney_source_gets_that_sources_own_word(tmp_path, said):
    assert said in _run("kidney_sources.py", tmp_path)
