"""A tab of Chromium on the explorer."""

from __future__ import annotations

import numpy as np

from tests.explore.studies import N


class Visit:
    """One tab on the explorer, and all that went wrong in it."""

    def __init__(self, browser, address: str, **options):
        self.context = browser.new_context(viewport={"width": 1400, "height": 900}, reduced_motion="reduce", **options)
        self.page = self.context.new_page()
        self.faults: list[str] = []
        self.page.on("console", lambda m: self.faults.append(m.text) if m.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.faults.append(dialog.message), dialog.dismiss()))
        self.outside: list[str] = []
        base = "/".join(address.split("/")[:3])
        self.page.on(
            "request", lambda r: self.outside.append(r.url) if not r.url.startswith((base, "blob:", "data:")) else None
        )
        self.open(address)

    def open(self, address: str) -> None:
        self.page.goto(address)
        self.page.wait_for_selector("#explorer[data-ready]", timeout=30_000)
        self.until("repscape.pane.a.plane.to && repscape.pane.a.colouring")

    def state(self) -> dict:
        return self.page.evaluate("({...repscape.state.now})")

    def until(self, script: str) -> None:
        """Wait for a condition; asked from outside, since the page's policy lets no text become a script."""
        for _ in range(300):
            if self.page.evaluate(f"Boolean({script})"):
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"never came: {script}; {self.page.evaluate('repscape.state.now')}")

    def layer(self, pane: str = "a") -> str:
        return self.page.evaluate(f"repscape.data.name(repscape.state.now.{pane})")

    def pixel(self, row: int, pane: str = "a") -> tuple[float, float]:
        """Return where on the screen an example stands."""
        x, y = self.page.evaluate(f"repscape.pane.{pane}.plane.pixel({row})")
        box = self.page.locator(".map").nth("ab".index(pane)).bounding_box()
        return box["x"] + x, box["y"] + y

    def pixels(self) -> np.ndarray:
        """Return where on the screen every example of the first pane stands."""
        found = self.page.evaluate(f"Array.from({{length: {N}}}, (_, row) => repscape.pane.a.plane.pixel(row))")
        box = self.page.locator(".map").first.bounding_box()
        return np.array(found) + np.array([box["x"], box["y"]])

    def listed(self) -> list[int]:
        """Return the examples that the panel lists."""
        return [
            int(row)
            for row in self.page.locator(".body .list .brief").evaluate_all("all => all.map((n) => n.dataset.row)")
        ]
