"""The page as it is opened, before Python is there: every field stands in it, so that hands need not wait."""

from collections.abc import Iterator
from html import escape

from taper.words.notice import NOTICE
from taper_page.fields import EVENT_FIELDS, WORKS, Field, Group, groups

POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; connect-src 'self'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'"
)
FILES = {
    "plan": "Plan (JSON)",
    "log": "What happened (JSON)",
    "ics": "Calendar (.ics)",
    "html": "Sheet (HTML)",
    "clinician": "Clinician's pages (HTML)",
    "csv": "Table (CSV)",
    "fhir-r4": "FHIR R4",
    "fhir-r5": "FHIR R5",
}
_ORDERS = ("evenly", "in order", "keep last: bedtime")


def document(*, drugs: list[str], tables: tuple[str, ...], version: str) -> str:
    """The page.

    Args:
        drugs: Names under which a medicine can be found.
        tables: Ids of the equivalence tables.
        version: The version of the library, shown at the foot.
    """
    return "\n".join([*_head(), *_body(drugs, tables, version)]) + "\n"


def _head() -> Iterator[str]:
    yield "<!DOCTYPE html>"
    yield '<html lang="en">'
    yield "<head>"
    yield '<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield '<meta name="color-scheme" content="light dark">'
    yield "<title>taper: plan how a medicine is increased or withdrawn</title>"
    yield '<link rel="icon" href="data:,">'
    yield '<link rel="stylesheet" href="page.css">'
    yield '<script type="module" src="js/main.js"></script>'
    yield "</head>"


def _body(drugs: list[str], tables: tuple[str, ...], version: str) -> Iterator[str]:
    yield "<body>"
    yield "<header><h1>taper</h1><p data-t>Plan how a medicine is increased or withdrawn, with tablets that exist.</p>"
    yield '<p class="settings"><label><span data-t>Language of this page</span> <select id="speak">'
    yield "".join(
        f'<option value="{code}" lang="{code}">{name}</option>'
        for code, name in (("en", "English"), ("es", "español"), ("fr", "français"), ("de", "Deutsch"))
    )
    yield '</select></label> <label><input type="checkbox" id="bigger"> <span data-t>Larger text</span></label></p>'
    yield f'<p class="notice" data-t>{NOTICE}</p>'
    yield '<p id="loading" role="status"></p></header>'
    yield "<main>"
    yield from _form(groups(tables))
    yield from _result()
    yield "</main>"
    yield f'<datalist id="drugs">{"".join(f"<option>{escape(name)}</option>" for name in drugs)}</datalist>'
    yield f'<datalist id="orders">{"".join(f"<option>{name}</option>" for name in _ORDERS)}</datalist>'
    yield "<footer><p data-t>Nothing that you type leaves this machine.</p>"
    page = '<span data-t>version of this page</span> <code id="version"></code>'
    yield f"<p>taper {escape(version)}, {page}</p></footer>"
    yield "</body>"
    yield "</html>"


def _form(parts: tuple[Group, ...]) -> Iterator[str]:
    yield '<form id="form" autocomplete="off" novalidate>'
    yield '<fieldset class="works"><legend data-t>What to plan</legend>'
    for index, (work, words) in enumerate(WORKS.items()):
        checked = " checked" if index == 0 else ""
        button = f'<input type="radio" name="work" value="{work}"{checked}>'
        yield f"<label>{button} <span data-t>{escape(words)}</span></label>"
    yield "</fieldset>"
    for group in parts:
        yield f'<details class="group" id="group-{group.name}"{" open" if group.opened else ""}>'
        yield f"<summary><h2 data-t>{escape(group.title)}</h2></summary>"
        yield f"<p data-t>{escape(group.help)}</p>" if group.help else ""
        yield from (_field(field) for field in group.fields)
        yield "</details>"
    yield '<p class="actions"><button type="submit" data-t>Plan</button>'
    yield '<button type="button" id="stop" hidden data-t>Stop</button></p>'
    yield '<p id="refused" role="alert" tabindex="-1"></p>'
    yield '<p><label for="open" data-t>Open a plan, a log or FHIR requests</label>'
    yield '<input type="file" id="open" accept=".json,.ndjson"></p>'
    yield "</form>"


def _field(field: Field, prefix: str = "") -> str:
    name = f"{prefix}{field.name}"
    described = f"{name}-help {name}-error" if field.help else f"{name}-error"
    shared = f'id="{name}" name="{field.name}" aria-describedby="{described}"'
    helped = f'<small id="{name}-help" data-t>{escape(field.help)}</small>' if field.help else ""
    error = f'<span class="error" id="{name}-error"></span>'
    label = f'<label for="{name}" data-t>{escape(field.label)}</label>'
    works = f' data-works="{" ".join(field.works)}"'
    listed = f' list="{field.listed}"' if field.listed else ""
    match field.kind:
        case "choice":
            options = "".join(_option(value, words, chosen=value == field.start) for value, words in field.choices)
            control = f"<select {shared}>{options}</select>"
        case "lines":
            control = f'<textarea {shared} rows="3"></textarea>'
        case "flag":
            control = f'<input type="checkbox" value="yes" {shared}>'
        case "date":
            control = f'<input type="date" {shared}>'
        case "number":
            control = f'<input type="text" inputmode="decimal" {shared}>'
        case _:
            control = f'<input type="text" {shared}{listed} autocapitalize="none" spellcheck="false">'
    return f'<div class="field"{works}>{label}{control}{helped}{error}</div>'


def _option(value: str, words: str, *, chosen: bool) -> str:
    selected = " selected" if chosen else ""
    return f'<option value="{escape(value)}"{selected} data-t>{escape(words)}</option>'


def _result() -> Iterator[str]:
    yield '<section id="result" hidden aria-labelledby="result-title">'
    yield '<h2 id="result-title" tabindex="-1"></h2>'
    yield '<p id="stale" role="status" hidden data-t>This is not what the form says now.</p>'
    yield '<div id="shown"><div id="notes"></div>'
    yield '<div role="tablist" aria-labelledby="result-title">'
    tabs = {"made": "The plan", "checked": "For the clinician", "sheet": "Sheet for the person"}
    for index, (name, words) in enumerate(tabs.items()):
        chosen = "true" if index == 0 else "false"
        yield (
            f'<button type="button" role="tab" id="tab-{name}" aria-controls="panel-{name}" aria-selected="{chosen}" '
            f'tabindex="{0 if index == 0 else -1}" data-t>{words}</button>'
        )
    yield "</div>"
    yield '<div role="tabpanel" id="panel-made" aria-labelledby="tab-made" tabindex="0">'
    yield '<div id="picture"></div><h3 data-t>By date</h3><div id="table" class="scroll"></div>'
    yield '<h3 data-t>Reductions</h3><div id="gentler"></div>'
    yield '<h3 data-t>To supply</h3><div id="supply"></div>'
    yield from _happened()
    yield from _files()
    yield "</div>"
    yield '<div role="tabpanel" id="panel-checked" aria-labelledby="tab-checked" tabindex="0" hidden>'
    yield '<div id="review" lang="en"></div></div>'
    yield '<div role="tabpanel" id="panel-sheet" aria-labelledby="tab-sheet" tabindex="0" hidden>'
    yield '<p class="actions"><button type="button" id="print" data-t>Print, or save as PDF</button></p>'
    yield '<iframe id="paper" title="Sheet for the person" sandbox="allow-same-origin allow-modals"></iframe></div>'
    yield "</div></section>"


def _happened() -> Iterator[str]:
    yield '<details class="group"><summary><h3 data-t>Something happened</h3></summary>'
    yield '<form id="happened" autocomplete="off" novalidate>'
    yield from (_field(field, "event-") for field in EVENT_FIELDS)
    yield '<p class="actions"><button type="submit" data-t>Write it down</button>'
    yield '<button type="button" id="undo" data-t>Take the last one back</button></p>'
    yield '<p id="event-refused" role="alert"></p></form><div id="events"></div></details>'


def _files() -> Iterator[str]:
    yield '<details class="group"><summary><h3 data-t>Files</h3></summary><p class="actions" id="files">'
    for kind, words in FILES.items():
        yield f'<button type="button" data-file="{kind}" data-t>{escape(words)}</button>'
    yield "</p></details>"
