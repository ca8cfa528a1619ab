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
        """Bring the map into view, which draws it."""
        self.page.locator("#examples").evaluate("node => node.scrollIntoView()")
        self.page.locator("#map-plot .point").first.wait_for(timeout=60_000)

    def places(self) -> list[str]:
        """Return where the points of the map stand."""
        return self.page.locator("#map-plot .scatterlayer .point").evaluate_all(
            "nodes => nodes.map(node => node.getAttribute('transform'))"
        )

    def near(self, which: str) -> list[int]:
        """Return the neighbours that are listed."""
        return [int(text) for text in self.page.locator(f"#map-{which} .number").all_inner_texts()]
