"""A lock says all that is asked for, so that it installs next month as it does today."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from locks import faults, read_asked, read_lock, shape_faults

ROOT = Path(__file__).parent.parent
TESTS = ROOT / "tests" / "requirements.txt"
FOREIGN = sorted(path for path in (ROOT / "tests" / "foreign").glob("*/*.txt"))
TOOLS = sorted([*(ROOT / ".ci").glob("*.txt"), *(ROOT / "docs" / "app").glob("*.txt")])
each_lock = pytest.mark.parametrize("path", [TESTS, *FOREIGN, *TOOLS], ids=lambda path: str(path.relative_to(ROOT)))


def changed(path, old, new, tmp_path):
    """A copy of a lock in which every match of a pattern is replaced; the pattern must match."""
    text, count = re.subn(old, new, path.read_text("utf-8"))
    assert count
    copy = tmp_path / path.name
    copy.write_text(text, "utf-8")
    return read_lock(copy)


@each_lock
def test_a_lock_names_no_index_pins_each_package_and_hashes_it(path):
    lock, options = read_lock(path)
    assert lock
    assert list(shape_faults(lock, options)) == []


@each_lock
def test_a_lock_has_what_is_asked_for_beside_it_and_what_each_package_installed_here_asks_for(path):
    lock, _ = read_lock(path)
    assert faults(lock, read_asked(path.with_suffix(".in")), whole=False) == []


def test_what_is_installed_here_asks_for_nothing_that_the_lock_of_the_tests_leaves_out():
    lock, _ = read_lock(TESTS)
    assert faults(lock, read_asked(TESTS.with_suffix(".in"))) == []


def test_an_extra_taken_from_the_lock_by_hand_is_missed(tmp_path):
    lock, _ = changed(TESTS, r"(?m)^coverage\[toml\]==", "coverage==", tmp_path)
    found = faults(lock, read_asked(TESTS.with_suffix(".in")))
    assert any("is asked for by pytest-cov" in fault and "without [toml]" in fault for fault in found), found


def test_a_package_taken_from_the_lock_is_missed_with_who_asks_for_it(tmp_path):
    lock, _ = changed(TESTS, r"(?m)^iniconfig==(.*\\\n)+.*\n", "", tmp_path)
    (fault,) = faults(lock, read_asked(TESTS.with_suffix(".in")))
    assert re.fullmatch(r"iniconfig\S* is asked for by pytest and is not locked", fault)


def test_a_package_of_another_system_is_missed_too(tmp_path):
    lock, _ = changed(TESTS, r"(?m)^colorama==(.*\\\n)+.*\n", "", tmp_path)
    found = faults(lock, read_asked(TESTS.with_suffix(".in")))
    assert any(fault.startswith("colorama") and "asked for by pytest " in fault for fault in found), found


def test_a_version_that_is_not_installed_and_one_that_nobody_asks_for_are_said(tmp_path):
    lock, _ = changed(TESTS, r"(?m)^iniconfig==\S+", "iniconfig==2.99", tmp_path)
    assert any(fault.startswith("iniconfig==2.99 is locked and") for fault in faults(lock, []))
    assert any(fault.endswith("is locked and nothing asks for it") for fault in faults(lock, []))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (r"(?m)^iniconfig==", "iniconfig>=", "not pinned"),
        (r"(?m)^(iniconfig==\S+) (\\\n[^\n\\]*)+", r"\1", "0 hashes"),
        (r"\A", "--index-url https://example.org/simple\n", "is no package"),
    ],
    ids=["no pin", "no hash", "an index"],
)
def test_a_lock_of_another_shape_is_said(old, new, said, tmp_path):
    (fault,) = shape_faults(*changed(TESTS, old, new, tmp_path))
    assert said in fault


def test_what_the_package_needs_and_offers_is_locked_at_versions_that_it_admits():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    needs = [*project["dependencies"], *(text for extra in project["optional-dependencies"].values() for text in extra)]
    locked = {line.name: line.version for line in read_lock(TESTS)[0]}
    for text in needs:
        needed = Requirement(text)
        assert needed.specifier.contains(locked[canonicalize_name(needed.name)]), text
