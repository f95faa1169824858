# SPDX-License-Identifier: GPL-2.0-or-later
"""A headless Chromium, driven through its DevTools pipe: no port, no library."""
import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

TIMEOUT = 60


def program():
    """The browser's name, or None."""
    return next(filter(shutil.which, ("chromium", "chromium-browser", "google-chrome")), None)


class Browser:
    """One browser with one tab; everything it says is kept in .events."""

    def __init__(self):
        self.profile = tempfile.mkdtemp(prefix="browser.")
        ours_in, theirs_out = os.pipe()
        theirs_in, ours_out = os.pipe()

        def descriptors():
            # Chromium reads from 3 and writes to 4; neither may be overwritten on the way
            a, b = os.dup(theirs_in), os.dup(theirs_out)
            while a in (3, 4) or b in (3, 4):
                a, b = os.dup(a), os.dup(b)
            os.dup2(a, 3)
            os.dup2(b, 4)

        self.process = subprocess.Popen(
            [program(), "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             "--no-first-run", "--disable-extensions", "--disable-background-networking",
             "--disable-component-update", "--disable-sync", "--hide-scrollbars",
             f"--user-data-dir={self.profile}", "--remote-debugging-pipe", "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            close_fds=False, preexec_fn=descriptors)
        os.close(theirs_in)
        os.close(theirs_out)
        self.read_from, self.write_to = ours_in, ours_out
        self.buffer, self.number, self.events, self.session = b"", 0, [], None
        targets = self.call("Target.getTargets")["targetInfos"]
        page = next(t for t in targets if t["type"] == "page")
        self.session = self.call("Target.attachToTarget", targetId=page["targetId"],
                                 flatten=True)["sessionId"]
        for domain in "Page", "Runtime", "Log", "Network":
            self.call(f"{domain}.enable")

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        os.close(self.write_to)
        os.close(self.read_from)
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)

    def receive(self, until):
        while b"\0" not in self.buffer:
            left = until - time.monotonic()
            if left <= 0 or not select.select([self.read_from], [], [], left)[0]:
                raise TimeoutError("the browser does not answer")
            more = os.read(self.read_from, 1 << 20)
            if not more:
                raise EOFError("the browser ended")
            self.buffer += more
        message, self.buffer = self.buffer.split(b"\0", 1)
        message = json.loads(message)
        if "method" in message:
            self.events.append(message)
            if message["method"] == "Page.javascriptDialogOpening":
                # or the page would wait for ever; the answer is not waited for
                self.send("Page.handleJavaScriptDialog", accept=True)
        return message

    def send(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.write_to, data):]
        return self.number

    def call(self, method, **parameters):
        number, until = self.send(method, **parameters), time.monotonic() + TIMEOUT
        while True:
            message = self.receive(until)
            if message.get("id") == number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']['message']}")
                return message["result"]

    def wait(self, method):
        until = time.monotonic() + TIMEOUT
        while not any(e["method"] == method for e in self.events):
            self.receive(until)

    def open(self, path, width=1280, height=800, dark=False, script=True, media="", mobile=False):
        """Loads a file at that size; what was said of an earlier one is forgotten."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=mobile)
        self.call("Emulation.setScriptExecutionDisabled", value=not script)
        self.call("Emulation.setEmulatedMedia", media=media, features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
        for url in "about:blank", "file://" + os.path.abspath(path):
            self.events.clear()
            self.call("Page.navigate", url=url)
            self.wait("Page.loadEventFired")

    def run(self, expression):
        """The value of an expression in the page, also where scripts of the page are off."""
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True,
                           awaitPromise=True)
        if "exceptionDetails" in result:
            raise RuntimeError(f"{expression}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def complaints(self):
        """Errors and warnings on the console, exceptions, dialogs."""
        for e in self.events:
            p = e["params"]
            if e["method"] == "Runtime.exceptionThrown":
                yield p["exceptionDetails"]["text"]
            elif e["method"] == "Log.entryAdded" and p["entry"]["level"] in ("error", "warning"):
                yield p["entry"]["text"]
            elif e["method"] == "Runtime.consoleAPICalled":
                yield f"console.{p['type']}"
            elif e["method"] == "Page.javascriptDialogOpening":
                yield f"dialog: {p['message']}"

    def requests(self):
        """What was asked for beside the page itself."""
        urls = [e["params"]["request"]["url"] for e in self.events
                if e["method"] == "Network.requestWillBeSent"]
        return urls[1:]

    def picture(self, path, whole=False):
        shot = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        with open(path, "wb") as f:
            f.write(base64.b64decode(shot["data"]))

    def pdf(self):
        return base64.b64decode(self.call("Page.printToPDF", printBackground=True)["data"])
