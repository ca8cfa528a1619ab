"""Run the notebook of the tutorial in a real JupyterLab under Chromium, and use the explorer's widget there.

    make jupyterlab        # installs jupyterlab, then runs this; not part of CI, which runs the notebook's cells alone

It opens docs/notebook.ipynb, runs all cells, waits for the widget, moves its slider, chooses a point, and compares the
neighbours that the widget shows with those of knn_graph. A picture of the page is left where --picture says.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

NOTEBOOK = Path(__file__).parents[1] / "docs" / "notebook.ipynb"
PATIENCE = 180_000  # milliseconds


def lab(folder: Path, python: str) -> tuple[subprocess.Popen[str], str]:
    """Start JupyterLab on a folder; return it and its address."""
    words = [
        python,
        "-m",
        "jupyter",
        "lab",
        "--no-browser",
        "--port=0",
        "--ip=127.0.0.1",
        "--allow-root",
        f"--notebook-dir={folder}",
    ]
    process = subprocess.Popen(
        words, stderr=subprocess.PIPE, text=True, env={**os.environ, "JUPYTER_PREFER_ENV_PATH": "1"}
    )
    assert process.stderr is not None
    for line in process.stderr:
        if found := re.search(r"http://127\.0\.0\.1:\d+/lab\?token=\w+", line):
            return process, found[0]
    raise RuntimeError("JupyterLab did not start")


def use(page, folder: Path) -> list[str]:  # type: ignore[no-untyped-def]
    """Run the cells and use the widget; return what was seen."""
    page.locator(".jp-Notebook").wait_for(timeout=PATIENCE)
    page.get_by_text("Kernel", exact=True).first.wait_for(timeout=PATIENCE)
    page.get_by_text("| Idle").wait_for(timeout=PATIENCE)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    page.locator(".rsx[data-ready]").wait_for(timeout=PATIENCE)
    widget = page.locator(".rsx")
    widget.scroll_into_view_if_needed()
    slider = widget.locator("input.layer").first
    slider.focus()
    page.keyboard.press("ArrowLeft")
    name = widget.locator(".layer-name").first
    before = name.inner_text()
    page.keyboard.press("ArrowLeft")
    page.wait_for_function(
        "([node, before]) => node.textContent !== before", arg=[name.element_handle(), before], timeout=PATIENCE
    )
    widget.locator(".map").first.focus()
    page.keyboard.press("ArrowRight")
    widget.locator("svg.strip .chip").first.wait_for(timeout=PATIENCE)
    row = int(re.search(r"\d+", widget.locator(".dock h2").inner_text())[0])  # type: ignore[index]
    chips = widget.locator("svg.strip .chip").evaluate_all(
        "all => all.map((n) => [n.dataset.at, n.dataset.rank, n.dataset.row].map(Number))"
    )
    check(folder, row, chips)
    mime = "data-mime-type='application/vnd.jupyter"
    failed = page.locator(f".jp-OutputArea-output[{mime}.error'], .jp-RenderedText[{mime}.stderr']")
    assert failed.count() == 0, failed.all_inner_texts()
    return [
        f"moved to {name.inner_text()}",
        f"neighbours of example {row} in {len({at for at, *_ in chips})} layers are those of knn_graph",
    ]


def check(folder: Path, row: int, chips: list[list[int]]) -> None:
    """Compare the strip with graphs built here."""
    import repscape as rs

    layers = np.load(folder / "layers.npz")
    names = [name for name in layers.files if name.startswith("layer")]
    for at, rank, shown in chips:
        true = rs.knn_graph(layers[names[at]], 10).indices
        assert int(np.asarray(true)[row, rank]) == shown, (at, rank, shown)


def main() -> None:
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--python", default=sys.executable, help="The Python that has jupyterlab.")
    parser.add_argument("--picture", type=Path, default=Path("..") / "jupyterlab.png")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        shutil.copy(NOTEBOOK, folder / NOTEBOOK.name)
        process, address = lab(folder, given.python)
        try:
            with sync_playwright() as driver:
                browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
                page = browser.new_page(viewport={"width": 1500, "height": 1100})
                page.goto(address.replace("/lab?", f"/lab/tree/{NOTEBOOK.name}?"))
                try:
                    for said in use(page, folder):
                        print(said)
                finally:
                    page.screenshot(path=given.picture)
                    browser.close()
        finally:
            process.terminate()
            process.wait()


if __name__ == "__main__":
    main()
