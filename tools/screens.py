"""Make the pictures of the explorer and of the report, with numbers beside their parts for the pages about them.

    .venv/bin/repscape demo -o demo && .venv/bin/python tools/screens.py demo docs/images

Needs playwright and Chromium, as tools/explorer_picture.py does.
"""

from __future__ import annotations

import io
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

CHROMIUM = "/usr/bin/chromium"
SIZE = {"width": 1240, "height": 860}
CHOSEN = 40  # the example that is looked at
NUMBER = """([selector, number, side]) => {
  const all = [...document.querySelectorAll(selector)];
  const part = all.find((one) => one.getBoundingClientRect().width);
  if (!part) throw new Error(`nothing is ${selector}`);
  const box = part.getBoundingClientRect();
  const last = (part.lastElementChild ?? part).getBoundingClientRect();
  const mark = document.createElement("div");
  const [x, y] = {
    left: [-14, 14], corner: [box.width, 0], after: [last.right - box.left + 18, box.height / 2],
    middle: [box.width / 2, box.height / 2], top: [box.width - 16, 12],
  }[side];
  Object.assign(mark.style, {
    position: "fixed", zIndex: 99999, width: "26px", height: "26px", borderRadius: "13px", background: "#c2185b", color: "#fff",
    font: "bold 15px/26px sans-serif", textAlign: "center", boxShadow: "0 0 0 2px #fff",
    left: `${Math.max(2, Math.min(innerWidth - 28, box.left + x - 13))}px`, top: `${Math.max(2, box.top + y - 13)}px`,
  });
  mark.textContent = number;
  document.body.append(mark);
}"""
REPORT = {
    ".facts": "after",
    ".short": "top",
    ".take": "corner",
    "#curve": "top",
    "canvas": "middle",
    ".tabs": "after",
}
EXPLORER = {
    "input[type=range]": "left",
    "canvas": "middle",
    "select": "left",
    ".legend": "middle",
    "[role=tablist], .tabs": "after",
    "svg.strip": "corner",
}


def numbered(page: Any, parts: dict[str, str], out: Path) -> None:
    """Put a number beside each part, and keep the picture."""
    for number, (selector, side) in enumerate(parts.items(), 1):
        page.evaluate(NUMBER, [selector, number, side])
    Image.open(io.BytesIO(page.screenshot())).convert("RGB").save(out, quality=80, method=6)


def of_explorer(browser: Any, study: str, out: Path) -> None:
    """Open the explorer on an example in the middle of the layers."""
    words = [sys.executable, "-m", "repscape", "explore", study, "--no-browser"]
    server = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None  # noqa: S101
        page = browser.new_page(viewport=SIZE)
        page.goto(server.stdout.readline().strip())
        page.wait_for_selector("#explorer[data-ready]", timeout=300_000)
        page.evaluate(f"repscape.choose({CHOSEN})")
        page.wait_for_selector("svg.strip", timeout=300_000)
        for _ in range(300):
            page.wait_for_timeout(1000)
            if "Reading neighbours" not in page.inner_text("body"):
                break
        page.evaluate("document.querySelector('.alert button')?.click()")
        numbered(page, EXPLORER, out)
    finally:
        server.send_signal(signal.SIGINT)
        server.wait()


def of_report(browser: Any, study: str, out: Path) -> None:
    """Open the first screen of the report."""
    page = browser.new_page(viewport=SIZE)
    page.goto((Path(study).resolve() / "report.html").as_uri())
    page.wait_for_selector("#curve .main-svg", timeout=120_000)
    page.wait_for_timeout(2000)
    numbered(page, REPORT, out)


def main() -> None:
    """Write both."""
    study, out = sys.argv[1], Path(sys.argv[2])
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        of_report(browser, study, out / "report_screen.webp")
        of_explorer(browser, study, out / "explorer_screen.webp")
        browser.close()


if __name__ == "__main__":
    main()
