"""Optional packages, imported where they are used."""

from importlib import import_module
from types import ModuleType

from taper.errors import MissingExtra


def need(module: str, *, install: str, purpose: str) -> ModuleType:
    """Import an optional package.

    Args:
        module: The module to import.
        install: What pip is told to install: an extra of this library such as "taper-schedule[sheet]", or a package.
        purpose: What it is needed for, as the subject of a sentence.

    Raises:
        MissingExtra: If it is not installed; one line with the command that installs it.
    """
    package = module.partition(".")[0]
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        # A package that is there and broken is another trouble, which installing it would not mend.
        if (error.name or "").partition(".")[0] != package:
            raise
        raise MissingExtra(f'{purpose} needs the package {package}: pip install "{install}"') from None
