"""A headless Chromium spoken to over a pipe: no port is opened."""

import base64
import json
import os
import subprocess

FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync")  # fmt: skip
COMPLAINTS = ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded")


class Browser:
    """One browser with one page.

    `requests` holds every address that the page asked for, `complaints` what it wrote to the console as an error.
    """

    def __init__(self, program, profile):
        to_browser, self._write = os.pipe()
        self._read, from_browser = os.pipe()
        line = f"exec {program} {' '.join(FLAGS)} --remote-debugging-pipe --user-data-dir={profile} about:blank"
        self._process = subprocess.Popen(
            ["bash", "-c", f"{line} 3<&{to_browser} 4>&{from_browser}"],
            pass_fds=(to_browser, from_browser), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(to_browser)
        os.close(from_browser)
        self._number, self._waiting, self._events, self._session = 0, b"", [], None
        self.requests, self.complaints = [], []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log", "Accessibility"):
            self.call(f"{domain}.enable")

    def call(self, method, **params):
        """Send a command and wait for its answer."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            self._take(answer)

    def _next(self):
        while b"\0" not in self._waiting:
            got = os.read(self._read, 1 << 20)
            if not got:
                raise RuntimeError("the browser went away")
            self._waiting += got
        text, _, self._waiting = self._waiting.partition(b"\0")
        return json.loads(text)

    def _take(self, event):
        if event.get("method") == "Network.requestWillBeSent":
            self.requests.append(event["params"]["request"]["url"])
        elif event.get("method") in COMPLAINTS:
            said = event["params"]
            level = said.get("type") or said.get("entry", {}).get("level")
            if level == "error" or "exceptionDetails" in said:
                self.complaints.append(json.dumps(said)[:300])
        self._events.append(event.get("method"))

    def open(self, path):
        """Load a file and wait until it stands."""
        self.requests, self.complaints, self._events = [], [], []
        self.call("Page.navigate", url=path.resolve().as_uri())
        while "Page.loadEventFired" not in self._events:
            self._take(self._next())

    def run(self, script):
        """The value of a script in the page, awaited."""
        got = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in got:
            raise RuntimeError(str(got["exceptionDetails"])[:500])
        return got["result"].get("value")

    def close(self):
        """End the browser that was started here, and no other."""
        self._session = None
        try:
            self.call("Browser.close")
        except (RuntimeError, OSError):
            self._process.terminate()
        self._process.wait(timeout=20)

    def show(self, **media):
        """Show the page as to someone with these preferences, such as prefers_color_scheme="dark"; none for none."""
        features = [{"name": name.replace("_", "-"), "value": value} for name, value in media.items()]
        self.call("Emulation.setEmulatedMedia", features=features)

    def barriers(self, rules=()):
        """What axe-core, run in the page before, finds, and how many rules found nothing; some rules, or all."""
        only = f", runOnly: {json.dumps(list(rules))}" if rules else ""
        return self.run(
            f"axe.run(document, {{resultTypes: ['violations']{only}}}).then(r => "
            "[r.violations.flatMap(v => v.nodes.map(n => v.id + ': ' + n.target)), r.passes.length])"
        )

    def shoot(self, path):
        """Save a picture of the whole page."""
        shot = self.call("Page.captureScreenshot", captureBeyondViewport=True)["data"]
        path.write_bytes(base64.b64decode(shot))
