"""Optional packages, imported where they are used."""

from importlib import import_module
from types import ModuleType

from taper.errors import MissingExtra

# What each extra brings, as pyproject.toml has it. Written out, since a copy of the source has no metadata to ask, and
# the name of this package is no use to pip where it was not installed from an index.
EXTRAS = {
    "audit": ("duckdb>=2,<3", "matplotlib>=3.9,<4", "numpy>=2", "pyarrow>=20"),
    "batch": ("numpy>=2", "pyarrow>=20"),
    "calendar": ("icalendar>=7,<8",),
    "frame": ("pyarrow>=20",),
    "language": ("babel>=2.16,<3",),
    "plot": ("matplotlib>=3.9,<4",),
    "print": ("babel>=2.16,<3", "typst>=0.15,<0.16"),
    "shell": ("argcomplete>=3.5",),
    "sheet": ("xlsxwriter>=3.2,<4",),
}


def need(module: str, *, install: str, purpose: str) -> ModuleType:
    """Import an optional package.

    Args:
        module: The module to import.
        install: What pip is told to install: an extra of this library such as "sheet", or a package.
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
        raise MissingExtra(f"{purpose} needs the package {package}: {_command(install)}") from None


def _command(install: str) -> str:
    requirements = EXTRAS.get(install, (install,))
    return "pip install " + " ".join(f'"{requirement}"' for requirement in requirements)
