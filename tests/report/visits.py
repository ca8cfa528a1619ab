"""A page as one reader finds it in Chromium, and what it did meanwhile."""

from __future__ import annotations

from pathlib import Path


class Visit:
    """A page that is open, and all that it did: requests, messages of the console, errors, dialogs."""

    def __init__(self, browser, path: Path, **options):
        self.context = browser.new_context(viewport={"width": 1280, "height": 900}, **options)
        self.page = self.context.new_page()
        self.did: list[str] = []
        self.page.on("console", lambda message: self.did.append(f"console: {message.text}"))
        self.page.on("pageerror", lambda error: self.did.append(f"error: {error}"))
        self.page.on("request", lambda request: self.did.append(f"request: {request.url}"))
        self.page.on("dialog", lambda dialog: (self.did.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        self.page.goto(path.as_uri())
        self.page.wait_for_selector("html[data-ready]", state="attached", timeout=60_000)

    @property
    def faults(self) -> list[str]:
        """What it should not have done: all but asking for the file itself and for pictures it carries."""
        return [did for did in self.did if not did.startswith(("request: file:", "request: data:", "request: blob:"))]

    def show_map(self):
        """Wait until the map is drawn."""
        self.page.wait_for_function("() => document.getElementById('map-plot')?.points", timeout=60_000)
        self.settle()

    def settle(self):
        """Wait until the points of the map stand still."""
        self.page.wait_for_timeout(60)
        self.page.wait_for_function("() => document.getElementById('map-plot').points.settled()")

    def places(self) -> list[list[float]]:
        """Return where the points of the map stand, in pixels of the canvas."""
        self.settle()
        return self.page.evaluate("() => document.getElementById('map-plot').points.positions()")

    def colours(self) -> list[str]:
        """Return the colour of every point of the map."""
        self.settle()
        return self.page.evaluate("() => document.getElementById('map-plot').points.colours()")

    def click_point(self, row: int):
        """Click where an example lies."""
        x, y = self.places()[row]
        box = self.page.locator("#map-canvas").bounding_box()
        self.page.mouse.click(box["x"] + x, box["y"] + y)

    def near(self, which: str) -> list[int]:
        """Return the neighbours that are listed."""
        return [int(text) for text in self.page.locator(f"#map-{which} .number").all_inner_texts()]
