"""What the README shows is what happens."""

import re
from pathlib import Path

import pytest

from taper.cli import main

README = (Path(__file__).parent.parent / "README.md").read_text("utf-8")


def test_the_example_prints_what_the_readme_prints(capsys):
    code = re.search(r"```python\n(.*?)```", README, re.DOTALL)[1]
    shown = re.search(r"```text\n(days .*?)```", README, re.DOTALL)[1]
    exec(compile(code, "README.md", "exec"), {})
    assert capsys.readouterr().out == shown


def test_the_two_commands_are_marked_for_the_checks_to_run():
    marked = re.findall(r"<!-- ci: run -->\n```sh\n(.*?)\n```", README, re.DOTALL)
    assert len(marked) == 2
    assert "examples/quickstart.py" in marked[0]
    assert "--require-hashes" in marked[1]
    assert "pytest" in marked[1]


def test_every_command_that_the_readme_lists_exists(capsys):
    block = re.search(r"```text\n(taper drugs.*?)```", README, re.DOTALL)[1]
    for line in block.splitlines():
        for name in re.findall(r"(?:^taper |\| )([a-z]+)", line.split("[")[0].split("PLAN")[0]):
            with pytest.raises(SystemExit):
                main([name, "--help"])
            assert f"usage: taper {name}" in capsys.readouterr().out


def test_every_file_that_the_readme_names_exists():
    for name in re.findall(r"`((?:docs|examples|tests|src)/[\w./-]+)`", README):
        assert (Path(__file__).parent.parent / name).exists(), name
