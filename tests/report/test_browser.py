import re
import subprocess
from pathlib import Path

import pytest

import repscape as rs
from repscape.results import MeasureInfo
from tests.plots.studies import by_hand

CHROMIUM = Path("/usr/bin/chromium")
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="chromium is not installed at /usr/bin/chromium")


def browse(path: Path, profile: Path) -> tuple[str, list[str]]:
    """Return the page as it stands after its scripts have run, and what the content security policy refused."""
    command = [
        str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync", f"--user-data-dir={profile}", "--enable-logging=stderr",
        "--virtual-time-budget=2000", "--dump-dom", path.as_uri(),
    ]  # fmt: skip
    found = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return found.stdout, [line for line in found.stderr.splitlines() if "Content Security Policy" in line]


def test_a_browser_runs_the_pages_script_and_refuses_all_else(tmp_path):
    results = by_hand([0.5, 0.75, 0.25], info=MeasureInfo("share", label="<img src=x onerror=document.title='broken'>"))
    path = rs.write_report(results, tmp_path / "report.html", title="Shares")
    # A probe that the policy must stop: markup as an attacker would have it, put in after the fact.
    evil = (
        "<script>document.title = 'broken'</script>"
        "<img src='https://example.org/x.png' onerror=\"document.title='broken'\">"
    )
    path.write_text(path.read_text(encoding="utf-8").replace("</main>", f"{evil}</main>"), encoding="utf-8")
    dom, refused = browse(path, tmp_path / "profile")
    assert "<title>Shares</title>" in dom
    assert len(re.findall(r'<th[^>]*><button type="button">', dom)) >= 3
    assert any("script-src" in line for line in refused)
    assert any("example.org" in line for line in refused)
    assert not [line for line in refused if "style-src" in line or "data:" in line.partition("violates")[0]]


def test_the_page_as_written_breaks_no_rule_of_its_own(tmp_path):
    path = rs.write_report(by_hand([0.5, 0.75], info=MeasureInfo("share")), tmp_path / "report.html")
    dom, refused = browse(path, tmp_path / "profile")
    assert refused == []
    assert dom.count("<figure") == 1


def test_a_second_click_on_a_heading_sorts_from_large_to_small_with_empty_cells_last(tmp_path):
    results = by_hand([2.0, float("nan"), 10.0, 0.5], info=MeasureInfo("share"))
    path = rs.write_report(results, tmp_path / "report.html")
    click = "[...document.querySelectorAll('th button')].find((b) => b.textContent === 'value').click();"
    text = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", path.read_text(encoding="utf-8"))
    path.write_text(text.replace("</body>", f"<script>{click * 2}</script></body>"), encoding="utf-8")
    dom, _ = browse(path, tmp_path / "profile")
    body = dom.partition("<tbody>")[2].partition("</tbody>")[0]
    last = [re.findall(r"<td[^>]*>([^<]*)</td>", row)[-1] for row in body.split("<tr>")[1:]]
    assert last == ["10", "2", "0.5", ""]
