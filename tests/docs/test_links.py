"""Every relative link of the documents leads to a file and a heading that exist. No network."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.support.sources import ROOT, name_of, tracked

PAGES = [path for path in tracked() if path.suffix == ".md" and not name_of(path).startswith("tests/")]
_FENCE = re.compile(r"^(```|~~~).*?^\1", re.M | re.S)
_CODE = re.compile(r"`[^`\n]*`")
_LINK = re.compile(
    r"!?\[(?:[^\]\[]|\[[^\]]*\])*\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)|<(?:img|a)\b[^>]*?\b(?:src|href)=\"([^\"]+)\""
)
_HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$", re.M)
_ANCHOR = re.compile(r"<a\s+(?:id|name)=\"([^\"]+)\"")


def links(text: str) -> list[str]:
    """The targets of all links and pictures of a page, code left out."""
    prose = _CODE.sub("", _FENCE.sub("", text))
    return [first or second for first, second in _LINK.findall(prose)]


def anchors(text: str) -> set[str]:
    """The anchors that a renderer of Markdown makes of a page's headings, numbered when they repeat."""
    found: set[str] = set(_ANCHOR.findall(text))
    times: dict[str, int] = {}
    for heading in _HEADING.findall(_FENCE.sub("", text)):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").lower()
        slug = "".join(c for c in words.replace(" ", "-") if c.isalnum() or c in "-_")
        count = times.get(slug, 0)
        times[slug] = count + 1
        found.add(f"{slug}-{count}" if count else slug)
    return found


def dead(page: Path, text: str) -> list[str]:
    """The links of a page that lead nowhere."""
    found = []
    for link in links(text):
        if re.match(r"[a-z][a-z0-9+.-]*:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / unquote(name)).resolve() if name else page
        if target != page and not target.exists():
            found.append(f"{link}: no such file")
        elif not target.is_relative_to(ROOT):
            found.append(f"{link}: leaves the project")
        elif anchor and target.suffix == ".md":
            inside = text if target == page else target.read_text(encoding="utf-8")
            if unquote(anchor) not in anchors(inside):
                found.append(f"{link}: no such heading")
    return found


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    """No dead links."""
    assert dead(page, page.read_text(encoding="utf-8")) == []


def test_the_checker_sees_dead_links() -> None:
    """A checker that finds nothing anywhere would pass everything."""
    text = """# A heading\n[ok](#a-heading) [gone](#another) ![no](img/none.png)\n```\n[code](no.md)\n```\n`[x](no.md)` [web](https://example.org/x)
<img src="none.svg"> [中文](#二-节) \n## 二 节\n"""
    assert dead(ROOT / "docs" / "page.md", text) == [
        "#another: no such heading",
        "img/none.png: no such file",
        "none.svg: no such file",
    ]


def test_pictures_stand_in_text_for_those_who_do_not_see_them() -> None:
    """Every picture has words."""
    for page in PAGES:
        assert not re.search(r"!\[\s*\]\(", page.read_text(encoding="utf-8")), name_of(page)
