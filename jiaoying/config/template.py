"""The commented file of settings: the same text at the top of the project and in every new site."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from importlib.resources import files

_LINE = re.compile(
    r"(?P<indent> *)(?:- )?(?P<key>[\w-]+):(?P<gap> *)(?P<value>\"[^\"]*\"|[^#\s][^#]*?|)(?P<rest> *(?:#.*)?)"
)


def default_text(
    changes: Mapping[str, str | int] | None = None, *, area: str = "", name: str = "", status: str = ""
) -> str:
    """The file that `init` writes, every default spelt out.

    Parameters
    ----------
    changes : mapping, optional
        Values of this site by dotted key, e.g. ``{"site.area": "530629", "web.port": 9000}``; every comment stays.
        A key of the one item of a list is named by its list: ``sources.path``.
    area, name, status : str, optional
        The same for what every site says of itself.

    Raises
    ------
    KeyError
        When a key does not stand in the file as one value on one line.
    """
    lines = files(__package__).joinpath("template.yaml").read_text(encoding="utf-8").splitlines()
    left: dict[str, str | int] = {
        key: value for key, value in (("site.area", area), ("site.name", name), ("site.status", status)) if value
    }
    left.update(changes or {})
    path: list[tuple[int, str]] = []
    for number, line in enumerate(lines):
        match = _LINE.fullmatch(line)
        if match is None or line.lstrip().startswith(("#", "- ")):
            continue
        indent = len(match["indent"])
        path = [*(step for step in path if step[0] < indent), (indent, match["key"])]
        key = ".".join(step[1] for step in path)
        if key in left and match["value"]:
            value = left.pop(key)
            written = json.dumps(value, ensure_ascii=False) if isinstance(value, str) else str(value)
            lines[number] = f"{match['indent']}{match['key']}: {written}{match['rest']}"
    if left:
        raise KeyError(f"no such line in the file of settings: {', '.join(left)}")
    return "\n".join(lines) + "\n"
