"""Calls of the command line as a person types them."""

from taper.cli import main


def caller(capsys):
    """A function that runs one command: its exit code, and what it printed on each side."""

    def call(*words):
        try:
            code = main(list(words))
        except SystemExit as left:
            code = left.code
        out, err = capsys.readouterr()
        return code, out, err

    return call
