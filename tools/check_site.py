"""Find dead links of the built site: every page, picture and anchor that a page leads to is there; print those that are not.

.venv/bin/python tools/check_site.py docs/_build

Reports of the gallery find their places by scripts: that a page leads to one that is there is enough.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


class Page(HTMLParser):
    """What a page leads to, and the anchors on it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take in a tag."""
        for name, value in attrs:
            if name in ("id", "name") and value:
                self.anchors.add(value)
            elif name in ("href", "src") and value and tag != "base":
                self.links.append(value)


def dead(site: Path) -> Iterator[str]:
    """Yield "page: link" for every link inside the site that leads nowhere."""
    reports = site.resolve() / "gallery"
    files = [file.resolve() for file in sorted(site.rglob("*.html")) if not file.resolve().is_relative_to(reports)]
    pages = {file: Page(file.read_text(encoding="utf-8")) for file in files}
    for file, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc or link.startswith(("#search", "data:")):
                continue
            target = (file.parent / unquote(parts.path)).resolve() if parts.path else file
            target = target / "index.html" if target.is_dir() else target
            anchored = not parts.fragment or target not in pages or unquote(parts.fragment) in pages[target].anchors
            if not (target.exists() and anchored):
                yield f"{file.relative_to(site.resolve())}: {link}"


def main() -> None:
    """Print them; exit with 1 where there is one."""
    lost = list(dict.fromkeys(dead(Path(sys.argv[1]))))
    print("\n".join(lost) if lost else "no dead link")
    sys.exit(bool(lost))


if __name__ == "__main__":
    main()
