"""Use the built page as a person does, by keyboard, and compare what it hands out with what the library writes."""

import gzip
import statistics
import subprocess
import sys
import time
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

from playwright.sync_api import sync_playwright

SERVED, AXE, CHROMIUM, TAPER, SHOTS = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], sys.argv[4], Path(sys.argv[5])
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking")
DIAZEPAM = {
    "drug": "diazepam", "before": "5 mg morning, 10 mg bedtime", "pace": "1 mg every 2 weeks", "order": "evenly",
    "start": "2027-03-01",
}  # fmt: skip
BACLOFEN = {
    "drug": "baclofen", "target": "15 mg", "slots": "morning,noon,bedtime", "by": "5 mg every 3 days", "days": "28",
    "start": "2027-03-01",
}  # fmt: skip
COMMANDS = {
    "diazepam": (
        "down",
        "diazepam",
        "--from=5 mg morning, 10 mg bedtime",
        "--pace=1 mg every 2 weeks",
        "--order=evenly",
    ),
    "baclofen": ("up", "baclofen", "--to=15 mg", "--slots=morning,noon,bedtime", "--by=5 mg every 3 days"),
}
FILES = {"csv": (), "ics": (), "html": ("--pages=patient",), "fhir-r4": (), "fhir-r5": ()}
ROUNDS = 3
COLD, WARM, LARGEST = 1.5, 0.1, 12_000_000


class Quiet(SimpleHTTPRequestHandler):
    def guess_type(self, path):
        """Module scripts and WebAssembly as what they are, whatever this machine's list says."""
        known = {".mjs": "text/javascript", ".js": "text/javascript", ".wasm": "application/wasm"}
        return known.get(Path(path).suffix) or super().guess_type(path)

    def log_message(self, *_):
        pass


@contextmanager
def served():
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(SERVED))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


class Used:
    """A page in a context of its own, with all that it asked for and complained of."""

    def __init__(self, browser, **settings):
        self.context = browser.new_context(accept_downloads=True, **settings)
        self.page = self.context.new_page()
        self.asked, self.complaints = [], []
        self.context.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", lambda m: self.complaints.append(m.text) if m.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def until(self, told, seconds=120):
        """Wait until a script is true: asked again and again, since the policy lets no script be made of text there."""
        for _ in range(seconds * 20):
            if self.page.evaluate(told):
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"never: {told}. The page says {self.page.inner_text('#form [role=alert]')!r}")

    def planned(self, count):
        self.until(f"Number(document.documentElement.dataset.planned ?? 0) >= {count}")

    def type_in(self, form):
        """Go from field to field with the tabulator key, as hands do, and type what the form says."""
        left = dict(form)
        self.page.focus("input[name=work]:checked")
        for _ in range(60):
            if not left:
                break
            self.page.keyboard.press("Tab")
            name = self.page.evaluate("document.activeElement.name")
            if name == "start" and "start" in left:
                year, month, day = left.pop("start").split("-")
                self.page.keyboard.type(f"{month}{day}{year}")
            elif name in left:
                self.page.keyboard.type(left.pop(name))
        assert not left, f"no tabulator key leads to {', '.join(left)}"
        self.page.keyboard.press("Enter")

    def choose(self, work):
        """Another kind of plan, with the arrow keys."""
        self.page.focus("input[name=work]:checked")
        for _ in range(4):
            if self.page.evaluate("document.activeElement.value") == work:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"no arrow key leads to {work}")

    def download(self, kind):
        self.page.evaluate("document.getElementById('files').closest('details').open = true")
        with self.page.expect_download() as found:
            self.page.click(f"[data-file={kind}]")
        return Path(found.value.path()).read_bytes()

    def axe(self):
        self.page.evaluate(AXE.read_text("utf-8"))
        result = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [(v["id"], [node["html"][:120] for node in v["nodes"]][:2]) for v in result["violations"]]


def same_as_the_library(used, drug):
    with TemporaryDirectory() as name:
        plan = Path(name) / "plan.json"
        run = partial(subprocess.run, check=True, capture_output=True)
        run([TAPER, *COMMANDS[drug], f"--out={plan}"])
        assert used.download("plan") == plan.read_bytes(), f"{drug}: the plan differs"
        days = () if drug == "diazepam" else ("--days=28",)
        for kind, more in FILES.items():
            out = Path(name) / f"out.{kind.partition('-')[0].replace('fhir', 'json')}"
            run(
                [
                    TAPER,
                    "schedule",
                    str(plan),
                    "--start=2027-03-01",
                    f"--format={kind}",
                    f"--out={out}",
                    "--force",
                    *more,
                    *days,
                ]
            )
            assert used.download(kind) == out.read_bytes(), f"{drug}: {kind} differs"
    print(f"{drug}: the plan and {len(FILES)} downloads equal what the library writes, byte for byte")


def keyboard_and_files(browser, address):
    used = Used(browser)
    began = time.monotonic()
    used.page.goto(f"{address}page/")
    used.page.focus("#drug")
    used.page.keyboard.type("d")
    assert used.page.input_value("#drug") == "d"
    answered = time.monotonic() - began
    stage = used.page.evaluate("document.documentElement.dataset.stage")
    print(f"the page answers to the keyboard {answered:.2f} s after it is opened, while it loads {stage}")
    used.page.fill("#drug", "")
    used.type_in(DIAZEPAM)
    used.planned(1)
    assert "Found" in used.page.inner_text("#review") or used.page.text_content("#review")
    same_as_the_library(used, "diazepam")
    used.choose("up")
    used.page.evaluate("for (const each of document.querySelectorAll('#form .field input')) each.value = ''")
    used.type_in(BACLOFEN)
    used.until("document.getElementById('result-title').textContent === 'baclofen'")
    same_as_the_library(used, "baclofen")
    foreign = [url for url in used.asked if not url.startswith((address, "blob:", "data:"))]
    assert not foreign, foreign
    count = len(used.asked)
    used.page.fill("#target", "10 mg")
    used.page.keyboard.press("Enter")
    used.page.wait_for_timeout(1500)
    fetched = [url for url in used.asked[count:] if not url.startswith(("blob:", "data:"))]
    assert not fetched, f"planning asked for {fetched}"
    print(f"{len(used.asked)} requests while loading, all of this origin; none afterwards")
    for run in (used.page, *used.page.workers):
        reached = run.evaluate("fetch('http://localhost:9/x', {mode: 'no-cors'}).then(() => 'sent', (e) => String(e))")
        assert "sent" not in reached
    held = [text for text in used.complaints if "Content Security Policy" in text]
    assert held, "the policy said nothing of a request to another origin"
    others = [text for text in used.complaints if "Content Security Policy" not in text and "localhost:9" not in text]
    assert not others, others
    print(f"a request to another origin is refused by the policy in the page and in {len(used.page.workers)} worker(s)")
    used.context.close()


def what_happened_and_back(browser, address):
    used = Used(browser)
    used.page.goto(f"{address}page/")
    used.type_in(DIAZEPAM)
    used.planned(1)
    before = used.page.inner_text("#table")
    used.page.evaluate("document.getElementById('happened').closest('details').open = true")
    used.page.select_option("#event-event", "hold")
    used.page.fill("#event-day", "2027-03-20")
    used.page.fill("#event-for", "1 week")
    used.page.keyboard.press("Enter")
    used.planned(2)
    held = used.page.inner_text("#table")
    assert held != before
    assert "hold" in used.page.inner_text("#events")
    log = used.download("log")
    other = Used(browser)
    other.page.goto(f"{address}page/")
    other.page.set_input_files("#open", {"name": "plan.log.json", "mimeType": "application/json", "buffer": log})
    other.planned(1)
    assert other.page.inner_text("#table") == held
    used.page.fill("#pace", "soon")
    used.page.keyboard.press("Enter")
    used.page.wait_for_selector("#pace[aria-invalid=true]")
    assert used.page.inner_text("#pace-error")
    used.page.select_option("#speak", "de")
    used.until("document.documentElement.lang === 'de'")
    assert "Arzneimittel" in used.page.inner_text("label[for=drug]")
    sheet = other.context.new_page()
    sheet.set_content(other.download("html").decode())
    printed = sheet.pdf(format="A4")
    assert printed.startswith(b"%PDF")
    assert len(printed) > 10_000
    given = other.page.evaluate_handle(
        "(text) => { const data = new DataTransfer(); data.items.add(new File([text], 'plan.json')); return data; }",
        other.download("plan").decode(),
    )
    other.page.dispatch_event("body", "drop", {"dataTransfer": given})
    other.planned(2)
    print(
        "a hold is written down, taken out as a file and in again; an error stands at its field; the page speaks German"
    )
    for each in (used, other):
        assert not each.complaints, each.complaints
        each.context.close()


def stopped(browser, address):
    used = Used(browser)
    used.page.goto(f"{address}page/")
    used.type_in(DIAZEPAM)
    used.page.wait_for_selector("#stop:visible")
    used.page.click("#stop")
    used.page.fill("#pace", "2 mg every 2 weeks")
    used.page.keyboard.press("Enter")
    used.planned(1)
    assert "2 mg, every 2 weeks" in used.page.inner_text("#notes")
    assert not used.complaints, used.complaints
    print("work that was stopped leaves nothing, and the next plan is made")
    used.context.close()


def small_enough():
    files = [path for path in (SERVED / "page").rglob("*") if path.is_file()]
    size = sum(len(gzip.compress(path.read_bytes(), 9)) for path in files)
    print(f"{len(files)} files, {size / 1e6:.1f} MB compressed (at most {LARGEST / 1e6:.0f})")
    assert size <= LARGEST


def without_barriers(browser, address):
    for width in (390, 1280):
        for scheme in ("light", "dark"):
            used = Used(browser, viewport={"width": width, "height": 900}, color_scheme=scheme)
            used.page.goto(f"{address}page/")
            used.type_in(DIAZEPAM)
            used.planned(1)
            for tab in ("made", "checked", "sheet"):
                used.page.click(f"#tab-{tab}")
                used.page.wait_for_timeout(2500 if tab == "sheet" else 100)
                used.page.screenshot(path=str(SHOTS / f"page-{width}-{scheme}-{tab}.png"), full_page=True)
                assert not (found := used.axe()), (width, scheme, tab, found)
                wide = used.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                assert wide <= 0, f"{tab} scrolls sideways by {wide} px at {width} px"
            used.context.close()
    print("axe-core finds nothing at 390 and 1280 px, light and dark, on three tabs; nothing scrolls sideways")


def offline(browser, address):
    used = Used(browser)
    used.page.goto(f"{address}page/")
    used.page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    used.page.wait_for_timeout(500)
    used.context.set_offline(True)
    used.page.reload()
    used.type_in(DIAZEPAM)
    used.planned(1)
    print(f"without a network the page opens again and plans; version {used.page.inner_text('#version')}")
    used.context.close()


def measure(browser, address):
    colds, warms, firsts = [], [], []
    for _ in range(ROUNDS):
        used = Used(browser)
        began = time.monotonic()
        used.page.goto(f"{address}empty.html")
        used.page.wait_for_selector("html[data-ready]", timeout=120_000)
        bare = time.monotonic() - began
        used.context.close()
        used = Used(browser)
        began = time.monotonic()
        used.page.goto(f"{address}page/")
        for name, text in DIAZEPAM.items():
            used.page.fill(f"#{name}", text)
        used.page.keyboard.press("Enter")
        used.planned(1)
        first = time.monotonic() - began
        used.page.wait_for_timeout(1500)
        laters = []
        for pace in ("2 mg every 2 weeks", "1 mg every 1 week", "1 mg every 3 weeks"):
            count = int(used.page.evaluate("document.documentElement.dataset.planned"))
            began = time.monotonic()
            used.page.fill("#pace", pace)
            used.page.keyboard.press("Enter")
            used.planned(count + 1)
            laters.append(time.monotonic() - began)
        used.context.close()
        colds.append(first / bare)
        warms.append(min(laters) / bare)
        firsts.append(first)
    cold, warm, seconds = statistics.median(colds), statistics.median(warms), statistics.median(firsts)
    print(f"first plan {seconds:.1f} s, {cold:.2f} of Pyodide's own start ({COLD}); later {warm:.2f} ({WARM})")
    assert cold <= COLD
    assert warm <= WARM


with sync_playwright() as playwright, served() as address:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
    print(f"Chromium {browser.version}")
    small_enough()
    for step in (keyboard_and_files, what_happened_and_back, stopped, without_barriers, offline, measure):
        step(browser, address)
    browser.close()
