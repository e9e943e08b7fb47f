"""What happened last, told from the journal, newest first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from jiaoying.storage import views
from jiaoying.web.context import Web
from jiaoying.web.identity import Viewer
from jiaoying.web.shapes import Row
from jiaoying.web.words import TOLD, actor_words, told

ENTRIES = 400  # looked at; many say nothing here
MOMENTS = 60
ISSUED = ("Approved", "ApprovalTimedOut", "Upgraded", "Downgraded", "Extended")


def timeline(web: Web, viewer: Viewer, sequence: int) -> list[Row]:
    """The newest moments this viewer may see; the same fact of many villages in one entry is one line."""
    question = f"timeline {viewer.user.area if viewer.areas is not None else '*'}"
    return web.once.get(question, sequence, lambda: _tell(web, viewer))


def _tell(web: Web, viewer: Viewer) -> list[Row]:
    county, site = web.service.county, web.service.site
    moments: list[Row] = []
    with web.service.engine.connect() as connection:
        entries = list(views.recent_entries(connection, TOLD, limit=ENTRIES))
        before = _levels_before(entries)
        for entry in entries:
            said: dict[str, list[str]] = {}
            for fact in entry["facts"]:
                words = told(
                    entry["kind"], fact["fact"], fact["data"], before.get((entry["sequence"], fact["subject"]))
                )
                if words is not None:
                    said.setdefault(words, []).append(fact["subject"])
            if not said:
                continue
            subjects = {subject for found in said.values() for subject in found}
            areas = views.areas_of(connection, entry["kind"], subjects)
            at = site.local(datetime.fromisoformat(entry["at"]))
            for words, found in said.items():
                seen = sorted({areas[one] for one in found if one in areas and viewer.sees(areas[one])})
                if not seen and (viewer.areas is not None or entry["kind"] not in ("event", "reply")):
                    continue
                names = "、".join(county.short(area) for area in seen[:4])
                more = f"等{len(seen)}处" if len(seen) > 4 else ""
                moments.append(
                    {
                        "sequence": entry["sequence"],
                        "at": at.isoformat(timespec="seconds"),
                        "who": actor_words(entry["actor"]),
                        "place": f"{names}{more}",
                        "words": words,
                    }
                )
            if len(moments) >= MOMENTS:
                break
    return moments[:MOMENTS]


def _levels_before(entries: Iterable[Mapping[str, Any]]) -> dict[tuple[int, str], str]:
    """The level in force when an upgrade was proposed, by entry and warning; from entries told newest first."""
    now: dict[str, str] = {}
    found: dict[tuple[int, str], str] = {}
    for entry in sorted(entries, key=lambda one: one["sequence"]):
        for fact in entry["facts"] if entry["kind"] == "warning" else ():
            subject = fact["subject"]
            if fact["fact"] in ISSUED:
                now[subject] = fact["data"]["level"]
            elif fact["fact"] == "UpgradeProposed" and subject in now:
                found[entry["sequence"], subject] = now[subject]
    return found
