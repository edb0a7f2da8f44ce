"""What the README shows is what happens."""

import re
import runpy
from pathlib import Path

import pytest

from taper import check, plan_taper, realize
from taper.cli import main

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
ASKED = {
    "drug": "diazepam",
    "before": {"morning": "10 mg", "bedtime": "10 mg"},
    "order": "evenly",
    "pace": "10% of current, at least 1 mg, up to 12.5%, every 2 weeks",
}


def test_the_example_prints_what_the_readme_prints(capsys):
    code = re.search(r"```python\n(.*?)```", README, re.DOTALL)[1]
    shown = re.search(r"```text\n(Before this plan.*?)```", README, re.DOTALL)[1]
    exec(compile(code, "README.md", "exec"), {})
    assert capsys.readouterr().out == shown


@pytest.mark.no_cover
def test_the_second_example_prints_what_the_readme_prints(capsys):
    code = re.findall(r"```python\n(.*?)```", README, re.DOTALL)[1]
    shown = re.search(r"```text\n(18 16 .*?)```", README, re.DOTALL)[1]
    made = {}
    exec(compile(code, "README.md", "exec"), made)
    assert capsys.readouterr().out == shown
    assert "1.92 mg: 4.8 mL of 2 mg/5 mL oral solution" in str(made["made"].report)
    permitted = realize(plan_taper(**ASKED, products=[made["two"].divided(2), made["five"], made["ten"]]).plan, [
        made["two"].divided(2), made["five"], made["ten"]
    ])  # fmt: skip
    found = [finding.rule for finding in check(permitted).findings if "by the caller's permission" in finding.message]
    assert found == ["score"]


def test_the_picture_is_the_one_that_its_example_draws():
    drawn = runpy.run_path(str(ROOT / "examples" / "picture.py"))["draw"]().to_svg()
    held = (ROOT / "docs" / "images" / "diazepam.svg").read_text("utf-8")
    words = [re.findall(r"<(?:title|desc|text)[^>]*>(.*?)</", svg, re.DOTALL) for svg in (drawn, held)]
    assert words[0] == words[1]
    assert "docs/images/diazepam.svg" in README


def test_the_two_commands_are_marked_for_the_checks_to_run():
    marked = re.findall(r"<!-- ci: run -->\n```sh\n(.*?)\n```", README, re.DOTALL)
    assert len(marked) == 2
    assert "examples/quickstart.py" in marked[0]
    assert "--require-hashes" in marked[1]
    assert "pytest" in marked[1]


def test_every_command_that_the_readme_lists_exists(capsys):
    block = re.search(r"```text\n(taper drugs.*?)```", README, re.DOTALL)[1]
    names = [re.findall(r"(?:^taper |\| )([a-z]+)", re.split(r"\[|PLAN|--", line)[0]) for line in block.splitlines()]
    with pytest.raises(SystemExit):
        main(["--help"])
    held = re.findall(r"^    ([a-z]+)\b(?=  |$)", capsys.readouterr().out, re.MULTILINE)
    assert sorted(name for line in names for name in line) == sorted(held)
    for found in names:
        for name in found:
            with pytest.raises(SystemExit):
                main([name, "--help"])
            assert f"usage: taper {name}" in capsys.readouterr().out


def test_every_file_that_the_readme_names_exists():
    for name in re.findall(r"`((?:docs|examples|tests|src)/[\w./-]+)`", README):
        assert (Path(__file__).parent.parent / name).exists(), name
