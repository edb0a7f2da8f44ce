"""Every text of an order held against its codes: what is in no code refuses; what repeats them is reported as read."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from taper.formats.fhir.quantity import UnitStrength
from taper.formats.fhir.read.as_needed import is_as_needed
from taper.formats.fhir.read.bundle import Request, reasons_of
from taper.formats.fhir.read.dosage import ReadDosage
from taper.formats.fhir.read.dosage_text import heard_in, is_of_dosing, read_text
from taper.formats.fhir.read.elements import as_list, as_map, names_of
from taper.formats.fhir.read.extensions import extension_texts
from taper.formats.fhir.read.import_report import Notes
from taper.formats.fhir.read.own_text import rendered_texts
from taper.formats.fhir.read.route import says_elsewhere
from taper.formats.fhir.read.steps import ReadStep, is_note
from taper.formats.fhir.read.text_check import differences
from taper.formats.fhir.read.text_language import is_in_read_language, is_in_unread_language
from taper.formats.fhir.read.text_scope import Scope
from taper.formats.fhir.read.timing import so_often
from taper.formats.fhir.read.told import Told
from taper.formats.fhir.read.vocabulary import plain
from taper.formats.fhir.write.request import KIND_TEXT, MAXIMA_TEXT, REVIEW_TEXT

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_OWN = {*KIND_TEXT.values(), REVIEW_TEXT}
_MOST_TOLD = 50
_TAPERS = ("taper", "wean", "titrat")
# A text of so many words that are not understood, and of fewer that are, is in another language.
_STRANGE = 3
_DIGIT = re.compile(r"\d")
_HEADING = re.compile(r"^(?:steroid )?(?:reduc|taper|decreas|increas|titrat|wean)\w*(?: \w+)?: ", re.IGNORECASE)
# A mark between clauses, and not that of a German ordinal.
_MARK = re.compile(r"(?:[;,:\r\n]|\.(?! (?:woche|tag)\b))+(?=\s|$)", re.IGNORECASE)
_READ = "English, German, French and Spanish are read"


def check_foreign_texts(
    requests: Sequence[Request], steps: tuple[ReadStep, ...], strength: UnitStrength | None, notes: Notes
) -> tuple[ReadStep, ...]:
    """Refuse texts that say more or other than the codes, and report the others.

    Returns:
        The steps, of which those with a condition in their text have a review before them.
    """
    names = frozenset(word for request in requests for word in _names(request))
    is_own = requests[0].course_name is not None
    dosages, ends = [item for step in steps for item in step.dosages], _ends(steps)
    whole = Scope(dosages, steps, strength, later=False, ends=ends, order=steps)
    reviews: set[int] = set()
    for index in range(len(steps)):
        _check_step(index, whole, names, notes, reviews, is_own=is_own)
    for request in requests:
        for at, text in _texts_of(request.body, is_own=is_own):
            _check_whole(text, at, request.where, whole, names, notes, reviews)
    return tuple(replace(step, review=True) if index in reviews else step for index, step in enumerate(steps))


def _names(request: Request) -> Iterator[str]:
    """The words of the names of a drug, its form and what it is for."""
    body = request.body
    held = as_map(body.get("medication"))
    reference = as_map(body.get("medicationReference") or held.get("reference")).get("reference")
    drug = as_map(request.resolve(reference)) if isinstance(reference, str) else {}
    concepts = [body.get("medicationCodeableConcept"), held.get("concept"), drug.get("code"), drug.get("form")]
    concepts += [as_map(item).get("itemCodeableConcept") for item in as_list(drug.get("ingredient"))]
    concepts += [reason for _, reason in reasons_of(body)]
    for name in (name for concept in concepts for name in names_of(concept)):
        yield from _WORD.findall(plain(name))


def _ends(steps: Sequence[ReadStep]) -> bool:
    return bool(steps) and not steps[-1].bounds.is_open


def _check_step(
    index: int, whole: Scope, names: frozenset[str], notes: Notes, reviews: set[int], *, is_own: bool
) -> None:
    step, is_last = whole.steps[index], index == len(whole.steps) - 1
    together = _scope_of(whole, index, ends=is_last and whole.ends)
    for dosage in step.dosages:
        for at, text in dosage.texts:
            if text in _OWN or (is_own and (at == "text" or is_note(text))):
                continue
            where = f"{dosage.where}.{at}"
            is_loose = "extension[" in at and not at.startswith("_") and not _is_strange(text, names)
            read = _reader(names, lenient=is_loose and not is_in_unread_language(text, names))
            told = _without(read(text), dosage)
            notes.report("not-read", dosage.where if at == "text" else where, _as_read(text, told))
            if _says_elsewhere(text, told, where, notes):
                continue
            alone = together if len(step.dosages) == 1 else replace(together, dosages=[dosage])
            found = differences(told, alone)
            if not found or (alone is not together and not differences(told, together)):
                reviews.update([index] * bool(told.conditions))
            elif not _repeats_all(text, told, whole, read, reviews):
                _refuse(text, told, found, dosage.where, together, names, notes)


def _scope_of(whole: Scope, index: int, *, ends: bool) -> Scope:
    step = whole.steps[index]
    return Scope(step.dosages, [step], whole.strength, later=index > 0, ends=ends, order=whole.steps)


def _without(told: Told, dosage: ReadDosage) -> Told:
    """What is told without the length that is compared by itself."""
    if dosage.told_length not in told.lengths:
        return told
    lengths = [length for length in told.lengths if length != dosage.told_length]
    return replace(told, lengths=lengths)


def _reader(names: frozenset[str], *, lenient: bool) -> Callable[[str], Told]:
    """How a text is read; in a lenient one what is not understood counts as a number, or beside doses and times."""

    def read(text: str) -> Told:
        told = read_text(text, names)
        if not told.unknown or not lenient or is_of_dosing(text):
            return told
        heard = [said for said in heard_in(text, names) if said not in told.unknown]
        unknown = [word for word in told.unknown if word[0].isdigit() or word in told.near_doses]
        passed = [word for word in told.unknown if word not in unknown]
        return replace(told, unknown=unknown, passed=passed, beyond=list(dict.fromkeys([*told.beyond, *heard])))

    return read


def _as_read(text: str, told: Told) -> str:
    """How a text was read; a remark that holds words that are not understood is for people to read."""
    if told.passed:
        return f"understood in part, so read it: {text!r}"
    return f"compared with the codes: {text!r}"


def _is_strange(text: str, names: frozenset[str]) -> bool:
    unknown = len(read_text(text, names).unknown)
    return unknown >= _STRANGE and 2 * unknown > len(_WORD.findall(plain(text)))


def _says_elsewhere(text: str, told: Told, where: str, notes: Notes) -> bool:
    """Refuse a text that names another way than by mouth, apart from what it warns of."""
    word = says_elsewhere(text)
    if word is None or plain(word) not in told.doses:
        return False
    notes.refuse("route", where, f"the text {text!r} says {word!r}; only oral products are planned here")
    return True


def _refuse(
    text: str, told: Told, found: Sequence[str], where: str, scope: Scope, names: frozenset[str], notes: Notes
) -> None:
    most = len(told.unknown) * 2 > len(_WORD.findall(plain(text))) and not is_in_read_language(text, names)
    is_unread = is_in_unread_language(text, names)
    if most or (told.unknown and is_unread):
        perhaps = "" if is_unread else "in words that are not known, or "
        said = f"the text {text!r} is {perhaps}in a language that is not read here ({_READ})"
    else:
        said = f"the text {text!r} says more than the codes, or other: {'; '.join(dict.fromkeys(found))}"
    notes.refuse("text", where, f"{said}; the codes say {_codes(scope)}")


def _codes(scope: Scope) -> str:
    """What the codes of some dosages say, for someone to compare."""
    return (
        " and ".join(f"{item.amount} {_when(item)}" for item in scope.dosages if item.amount is not None) or "no dose"
    )


def _when(dosage: ReadDosage) -> str:
    rhythm = dosage.rhythm
    often = f" on {', '.join(rhythm.weekdays)}" if rhythm.weekdays else f" every {rhythm.every} days"
    slots = ", ".join(slot.name for slot in rhythm.slots) or f"{so_often(rhythm.times)} a day"
    return slots + (often if rhythm.weekdays or rhythm.every > 1 else "")


def _repeats_all(text: str, told: Told, whole: Scope, read: Callable[[str], Told], reviews: set[int]) -> bool:
    """Whether a text tells all steps, one after the other, as the codes do; of many steps none does.

    The steps that it tells with a condition have a review before them then.
    """
    if not 1 < len(whole.steps) <= _MOST_TOLD:
        return False
    if not told.sequence and not told.amounts:
        spans = {"start", "end"} <= {said.meaning for said in told.dates}
        return spans and not (told.conditions or told.lengths or told.limits or differences(told, whole))
    turns = _in_turn(_HEADING.sub("", text), told, read)
    tells = next((parts for parts, is_joined in turns if _tells_each(parts, whole, is_joined=is_joined)), None)
    reviews.update(index for index, part in enumerate(tells or ()) if part.conditions)
    return tells is not None


def _tells_each(parts: list[Told], whole: Scope, *, is_joined: bool) -> bool:
    """Whether each part tells one step, in turn, as the codes do; where no word joins them each says how long."""
    if whole.ends and parts and parts[-1].stops and not parts[-1].amounts and not parts[-1].lengths:
        if differences(parts[-1], whole):
            return False
        parts = parts[:-1]
    if len(parts) != len(whole.steps):
        return False
    if not is_joined and not all(part.lengths or part.dates or part.spans for part in parts[:-1]):
        return False
    last = len(parts) - 1
    scopes = [_scope_of(whole, index, ends=whole.ends and index == last) for index in range(len(parts))]
    return not any(differences(part, scope) for part, scope in zip(parts, scopes, strict=True))


def _in_turn(text: str, told: Told, read: Callable[[str], Told]) -> Iterator[tuple[list[Told], bool]]:
    """The parts of a text, cut at its words for what comes next, which is said, and at each mark before a dose too."""
    pieces = [text]
    if told.sequence:
        joined = "|".join(re.escape(word) for word in dict.fromkeys(told.sequence))
        pieces = [part for said in re.split(rf"\b(?:{joined})\b", plain(text)) if (part := said.strip(" ,;."))]
        yield [read(part) for part in pieces], True
    parts: list[str] = []
    for piece in pieces:
        parts, doses = [*parts, ""], 0
        for clause in _MARK.split(piece):
            one = read(clause)
            if one.spans if told.spans else one.amounts:
                doses += 1
                parts += [""] * (doses > 1)
            parts[-1] += f"{clause}, "
    yield [read(part) for part in parts], False


def _texts_of(body: Mapping[str, Any], *, is_own: bool) -> Iterator[tuple[str, str]]:
    """The texts of a request as a whole: its notes, what it renders, and texts in extensions."""
    for index, item in enumerate(map(as_map, as_list(body.get("note")))):
        if isinstance(item.get("text"), str) and not (is_own and item["text"].startswith(MAXIMA_TEXT)):
            yield f"note[{index}].text", item["text"]
    rendered = dict(rendered_texts(body))
    if not is_own:
        yield from rendered.items()
    yield from _reasons(body)
    for at, text in extension_texts({"extension": body.get("extension")}):
        if not any(known.startswith(f"{at}.") for known in rendered):
            yield f"note in {at}", text


def _reasons(body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What an order is for, where it tells how much is taken and how long or how often, or that the dose changes."""
    for at, text in ((at, name) for at, reason in reasons_of(body) for name in names_of(reason)):
        told = read_text(text)
        doses = told.amounts or any(map(_DIGIT.search, told.conditions))
        said = (*told.tapers, *told.changes, *told.beyond)
        tapers = any(word in change for change in said for word in _TAPERS)
        more = told.conditions or told.lengths or told.sequence or told.changes or told.every or told.times
        if tapers or told.once or is_as_needed(text) or (doses and more):
            yield at, text


def _check_whole(
    text: str, at: str, request: str, whole: Scope, names: frozenset[str], notes: Notes, reviews: set[int]
) -> None:
    where, is_rendered = f"{request}.{at}", at.startswith(("rendered", "extension["))
    if is_as_needed(text):
        notes.refuse("as-needed", where, f"it says that the drug is taken as needed: {text!r}; plan it outside")
    is_loose = (
        is_in_read_language(text, names)
        if at.startswith(("note[", "reason"))
        else " in extension" in where and not _is_strange(text, names)
    )
    read = _reader(names, lenient=is_loose and not is_in_unread_language(text, names))
    told = read(text)
    notes.report("not-read", where, _as_read(text, told))
    found = differences(told, whole)
    if not found and told.amounts and len(whole.steps) > 1:
        found = ["it does not tell the doses of each step in turn"]
    is_one = not is_rendered and _tells_one(told, whole)
    if found and not is_one and not _repeats_all(text, told, whole, read, reviews):
        _refuse(text, told, found, where, whole, names, notes)


def _tells_one(told: Told, whole: Scope) -> bool:
    """Whether a text tells one of the steps, by its dose, as its codes do, and says nothing of the others."""
    if not told.amounts:
        return False
    last = len(whole.steps) - 1
    scopes = (replace(whole, dosages=step.dosages, steps=[step], ends=whole.ends and index == last)
              for index, step in enumerate(whole.steps))  # fmt: skip
    return any(not differences(told, scope) for scope in scopes)
