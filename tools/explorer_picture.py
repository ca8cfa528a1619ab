"""Make the moving picture of the README: the explorer on a study, an example chosen, the layers going by.

    .venv/bin/repscape demo -o demo && .venv/bin/python tools/explorer_picture.py demo docs/images/explorer.webp

Needs playwright and Chromium, which the tests need too. The page's clock is stopped and moved on frame by frame.
"""

from __future__ import annotations

import io
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

SIZE = {"width": 1180, "height": 760}
SHOWN = 900  # pixels across in the picture
FRAMES, STEP, HOLD = 9, 60, 14  # of a move; milliseconds of a frame; frames that a layer stands still
LONGEST = """(() => {
  const own = repscape.data.meta.layers.filter((layer) => ["", "residual"].includes(layer.site));
  const lines = own.map((layer) => repscape.data.line(layer.number).map((one) => one.number));
  return lines.reduce((best, line) => (line.length >= best.length ? line : best), []);
})()"""
CHROMIUM = "/usr/bin/chromium"


def until(page: Any, script: str) -> None:
    """Wait for a condition, the page's clock going on meanwhile."""
    for _ in range(1200):
        if page.evaluate(f"Boolean(window.repscape) && Boolean({script})"):
            return
        page.clock.run_for(50)
        page.wait_for_timeout(50)
    raise TimeoutError(f"never came: {script}")


def frames_of(page: Any, colour: str) -> list[Image.Image]:
    """Go through the layers, and take a picture of each moment."""
    held: list[Image.Image] = []

    def take(count: int) -> None:
        for _ in range(count):
            page.clock.run_for(STEP)
            held.append(Image.open(io.BytesIO(page.screenshot())).convert("RGB"))

    line = page.evaluate(LONGEST)
    page.evaluate(f"repscape.state.set({{map: 'neighbors', colour: {colour!r}, a: {line[0]}}})")
    until(page, f"[{','.join(map(str, line))}].every((one) => repscape.data.here(`xy neighbors ${{one}}`))")
    page.evaluate("repscape.choose(40)")
    until(page, "repscape.near.a.length > 0 && document.querySelector('svg.strip')")
    page.evaluate("document.querySelector('.alert button')?.click()")
    page.clock.pause_at(datetime.fromtimestamp(page.evaluate("Date.now()") / 1000 + 2))
    take(1)
    held = [held[-1]] * HOLD
    for layer in line[1:]:
        page.evaluate(f"repscape.go('a', {layer})")
        page.wait_for_timeout(150)  # the answer of the server; the page's clock stands still
        take(FRAMES)
        held += [held[-1]] * HOLD
    return held


def main() -> None:
    """Write the picture."""
    study, out = sys.argv[1:3]
    words = [sys.executable, "-m", "repscape", "explore", study, "--no-browser"]
    server = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None  # noqa: S101
        address = server.stdout.readline().strip()
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            page = browser.new_page(viewport=SIZE)
            page.clock.install()
            page.goto(address)
            page.wait_for_selector("#explorer[data-ready]", timeout=120_000)
            frames = frames_of(page, sys.argv[3] if len(sys.argv) > 3 else "column:label")
            browser.close()
    finally:
        server.send_signal(signal.SIGINT)
        server.wait()
    high = round(SHOWN * SIZE["height"] / SIZE["width"])
    small = [frame.resize((SHOWN, high), Image.Resampling.LANCZOS) for frame in frames]
    whole: dict[str, Any] = {"save_all": True, "append_images": small[1:], "duration": STEP, "loop": 0}
    small[0].save(Path(out), quality=70, method=4, **whole)


if __name__ == "__main__":
    main()
