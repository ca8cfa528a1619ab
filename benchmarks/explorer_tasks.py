"""Do five tasks in the explorer as a reader does, and count: clicks, typed words, seconds until the answer stands there.

    python benchmarks/explorer_tasks.py STUDY      # of two models, with labels and texts; prints the rows of docs/explorer.md

Seconds are those of the machine: from the first click to the answer, nobody reading or thinking in between.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

from explorer import Server, until


class Hand:
    """A reader's hand: counts what it does."""

    def __init__(self, page: Any) -> None:
        self.page, self.clicks, self.began = page, 0, 0.0

    def start(self) -> None:
        self.clicks, self.began = 0, time.perf_counter()

    def click(self, what: str, **options: Any) -> None:
        self.clicks += 1
        self.page.locator(what).first.click(**options)

    def choose(self, what: str, value: str) -> None:
        """Open a list and take an entry: two clicks."""
        self.clicks += 2
        self.page.locator(what).first.select_option(value)

    def told(self, task: str) -> str:
        said = f"| {task} | {self.clicks} clicks, {time.perf_counter() - self.began:.1f} s |"
        print(said, flush=True)
        return said


def tasks(page: Any, given: argparse.Namespace) -> list[str]:
    """Return a line for each task."""
    hand, found = Hand(page), []

    hand.start()
    hand.click("#tab-results")
    page.locator("svg.curve .at").first.wait_for()
    hand.click("svg.curve >> nth=0 >> .at >> nth=-1")  # a point of "each layer and the next one"
    until(page, "document.querySelectorAll('.body .list .value').length > 10")
    found.append(hand.told("The examples whose neighbours changed most between two layers"))

    hand.start()
    hand.click("#tab-groups")
    page.locator("#query").fill("turnover > 0.3")
    hand.click(".search button")
    page.locator(".differences .word, .apart").first.wait_for()
    found.append(hand.told("What they have in common"))

    hand.start()
    hand.click("#clear")
    hand.choose(".pane:nth-of-type(2) select", given.model)
    hand.click("#tab-table")
    hand.click(".body .list .brief")
    until(page, "document.querySelectorAll('svg.strip').length === 2")
    found.append(hand.told("How one example's neighbours differ in two models"))

    hand.start()
    hand.choose("#colour", f"column:{given.label}")
    hand.click(".legend .entry")
    until(page, "repscape.mask !== null")
    hand.click(".play")  # the class alone, moving through the layers
    until(page, "repscape.pane.a.timer")
    found.append(hand.told("Where a class splits"))
    page.locator(".play").first.click()

    hand.start()
    hand.click("#link")
    until(page, "document.querySelector('.live').textContent.includes('address')")
    found.append(hand.told("Send the view to a colleague"))
    return found


def main() -> None:
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("study", type=Path)
    parser.add_argument("--model", default="base", help="The second model; the first is what the page begins with.")
    parser.add_argument("--label", default="label", help="The column of classes.")
    given = parser.parse_args()
    server = Server(given.study)  # of neighbourhood overlap between neighbouring layers first: its curve is the first
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(server.address)
        until(page, "repscape.pane.a.plane.to && repscape.pane.a.colouring")
        tasks(page, given)
        browser.close()
    server.end()


if __name__ == "__main__":
    main()
