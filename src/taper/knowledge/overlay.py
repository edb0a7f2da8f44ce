"""Overlays: local facts merged over shipped ones, and what an overlay may not do."""

from collections.abc import Mapping
from typing import Any

from taper._base.shown import show
from taper.knowledge.monograph import CITING_KEYS, Ceiling, Interaction, Monograph, Titration
from taper.knowledge.reading import InvalidData, read_monograph
from taper.source import Source


def _others_named(fact: Interaction | Titration | Ceiling) -> tuple[str, ...]:
    return *fact.with_names, *fact.without_names


def _names_declared(data: dict[str, Any], where: str) -> list[str]:
    """The names of medicines that nothing on file knows and that an overlay means, taken out of its data."""
    names = data.pop("names", [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise InvalidData('names is a list of names; write ["NAME"]', where=where)
    return names


def _check_shape(part: object, where: str) -> None:
    if not isinstance(part, dict):
        raise InvalidData(f"a drug is a table, got {show(part)}; write [drugs.NAME]", where=where)
    if not isinstance(part.get("sources", {}), dict):
        raise InvalidData("sources is a table of tables; write [sources.NAME]", where=where)
    if not isinstance(part.get("replaces", []), list):
        raise InvalidData('replaces is a list of source ids; write ["NAME"]', where=where)


def _lay_over(
    below: Monograph | None, data: dict[str, Any], layer: str, where: str, held: Mapping[str, str]
) -> Monograph:
    replaced = set(data.pop("replaces", ()))
    known = {source.id: source for source in below.sources} if below else {}
    for key in data.get("sources", {}):
        if key in held:
            told = (
                f"the source {show(key)} is already on file, for {held[key]}; give the overlay's own source another id"
            )
            raise InvalidData(told, where=where)
        _refuse_claims(data["sources"][key], key, below, where)
    data.setdefault("reviewed_on", below.reviewed_on if below else None)
    _refuse_borrowed(data, known, where)
    above = read_monograph(data, where=where, layer=layer)
    if below is None:
        return above
    unknown = replaced - set(known)
    if unknown:
        raise InvalidData(
            f"replaces names {', '.join(sorted(unknown))}, which is not on file; name a source on file", where=where
        )
    return _merge(below, above, replaced)


def _refuse_claims(body: object, key: str, below: Monograph | None, where: str) -> None:
    """What was read of a label that is on file is said by the file that read it, never by an overlay."""
    set_id = body.get("set_id") if isinstance(body, dict) else None
    for source in below.sources if below is not None and set_id is not None else ():
        if source.set_id == set_id:
            told = f"the source {show(key)} has the set id of {source.id}, a label that is on file"
            raise InvalidData(f"{told}; leave set_id out, and cite the overlay's own source", where=where)


def _refuse_borrowed(value: object, known: Mapping[str, Source], where: str) -> None:
    """What an overlay says is its own: under a source of another layer it would pass for what that source says."""
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _refuse_borrowed(part, known, where)
    for key in CITING_KEYS if isinstance(value, dict) else ():
        name = value.get(key) if isinstance(value, dict) else None
        if isinstance(name, str) and name in known:
            told = f"cites the source {show(name)} of the layer {known[name].layer}"
            raise InvalidData(f"{told}; an overlay cites its own, so define one under another id", where=where)


def _merge(below: Monograph, above: Monograph, replaced: set[str]) -> Monograph:
    made: dict[str, Any] = {"drug": below.drug, "reviewed_on": above.reviewed_on}
    for name in Monograph.model_fields:
        old, new = getattr(below, name), getattr(above, name)
        if isinstance(old, tuple):
            kept = tuple(item for item in old if _source_id(item) not in replaced)
            made[name] = kept + tuple(item for item in new if item not in kept)
    return Monograph(**made)


def _source_id(item: object) -> str | None:
    source = getattr(item, "source", None)
    return source.id if isinstance(source, Source) else None
