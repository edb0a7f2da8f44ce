"""The country a person works in, said once: by --market, by TAPER_MARKET, or in the configuration file."""

import os
from pathlib import Path

from taper._base.files import is_missing
from taper._base.json_text import read_text_file
from taper._base.toml_text import read_toml_text
from taper.cli.notes import say
from taper.errors import InvalidInput
from taper.knowledge.formulary import Formulary

MARKETS = ("us", "uk")
_OTHER_NAMES = {"usa": "us", "united states": "us", "gb": "uk", "united kingdom": "uk", "england": "uk"}


def config_file() -> Path | None:
    """Where settings are kept: `taper/config.toml` in the folder that the system keeps for settings, if it has one."""
    named, beside_home = ("APPDATA", "AppData/Roaming") if os.name == "nt" else ("XDG_CONFIG_HOME", ".config")
    folder = os.environ.get(named) or _at_home(beside_home)
    return Path(folder) / "taper" / "config.toml" if folder else None


def _at_home(folder: str) -> str | None:
    try:
        return str(Path.home() / folder)
    except RuntimeError:  # a user whom the system does not know
        return None


def remembered_market() -> tuple[str, str] | None:
    """The market that was set, and where: by the environment before the file.

    Raises:
        InvalidInput: If what was set is no market.
    """
    if named := os.environ.get("TAPER_MARKET"):
        return read_market(named, where="TAPER_MARKET"), "TAPER_MARKET"
    file = config_file()
    if file is None or is_missing(file):
        return None
    held = read_toml_text(read_text_file(file), where=str(file))
    unknown = sorted(set(held) - {"market"})
    if unknown:
        raise InvalidInput(f'{unknown[0]!r} is not a setting; write market = "uk"', where=str(file))
    return (read_market(str(held["market"]), where=str(file)), str(file)) if "market" in held else None


def read_market(text: str, *, where: str = "--market") -> str:
    """A market by its code, in any letters.

    Raises:
        InvalidInput: If it is none of those on file.
    """
    code = _OTHER_NAMES.get(text.strip().lower(), text.strip().lower())
    if code not in MARKETS:
        raise InvalidInput(f"{text!r} is not a market on file; write {' or '.join(MARKETS)}", where=where)
    return code


def market_for(formulary: Formulary, drug: str, named: str | None) -> str | None:
    """The market whose shipped products are used; which one it is, and why, is said.

    It is the one that was named, else the one that was set if it has the drug, else us where it has it, else the first;
    but one that holds liquids alone gives way to one whose tablets can be counted.
    """
    products = formulary.products(drug)
    held = sorted({product.market or "" for product in products} - {""}, key=lambda market: (market != "us", market))
    if named is not None:
        say(f"{drug}: products of the {named} market (--market)")
        return named
    found = remembered_market()
    if found is not None and found[0] in held:
        say(f"{drug}: products of the {found[0]} market ({found[1]})")
        return found[0]
    counted = [market for market in held if any(p.market == market and p.concentration is None for p in products)]
    chosen = next(iter([*counted, *held]), None)
    if chosen is not None:
        why = f"none of {found[0]} is on file" if found is not None else "--market or TAPER_MARKET names another"
        why = f"{held[0]} has liquids alone; {why}" if chosen != held[0] else why
        say(f"{drug}: products of the {chosen} market ({why})")
    return chosen


def is_us(named: str | None) -> bool:
    """Whether the market that was named or set, or the ordinary one, is that of the United States."""
    remembered = remembered_market()
    return (named or (remembered[0] if remembered else "us")) == "us"
