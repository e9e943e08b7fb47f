"""Whether it lives, whether it is ready, and its figures for Prometheus. Numbers only: nobody is named here."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse, PlainTextResponse

from jiaoying.storage import due, views
from jiaoying.storage.database import sqlite_version
from jiaoying.web.context import Context

router = APIRouter(tags=["健康"])
KINDS = ("warning", "task", "callout", "message", "request", "reply", "alarm")


@router.head("/healthz", include_in_schema=False)
@router.get("/healthz")
def healthz() -> JSONResponse:
    """The process answers."""
    return JSONResponse({"status": "ok"})


@router.head("/readyz", include_in_schema=False)
@router.get("/readyz")
def readyz(web: Context) -> JSONResponse:
    """The database answers, and nothing that came in was given up."""
    service = web.service
    wrong = views.ready(service.engine)
    if wrong is not None:
        return JSONResponse({"status": "database", "reason": wrong}, status_code=503)
    with service.engine.connect() as connection:
        waiting, given_up = views.inbox_waiting(connection)
        newest = views.newest_rain(connection)
        sequence = views.head(connection)
    dialect = service.engine.dialect.name
    return JSONResponse(
        {
            "status": "ok",
            "database": f"sqlite {sqlite_version()}" if dialect == "sqlite" else dialect,
            "journal": sequence,
            "now": web.moment(service.clock()),
            "newest_rain": web.moment(newest),
            "inbox_waiting": waiting,
            "inbox_given_up": given_up,
        }
    )


@router.get("/metrics")
def metrics(web: Context) -> PlainTextResponse:
    """Figures in the text format of Prometheus."""
    service = web.service
    now = service.clock()
    lines: list[str] = []
    with service.engine.connect() as connection:
        for kind in KINDS:
            found = views.counts(connection, kind)
            name = f"jiaoying_{kind}s"
            _family(lines, name, "gauge", f"Aggregates of kind {kind} by state.")
            lines += [f'{name}{{state="{state}"}} {count}' for state, count in found.items()]
        waiting, given_up = views.inbox_waiting(connection)
        newest = views.newest_rain(connection)
        sequence = views.head(connection)
        overdue = sum(1 for _ in due.due(connection, now))
    figures = service.writer.figures
    _one(lines, "jiaoying_journal_sequence", "counter", "Sealed entries of the journal.", sequence)
    _one(lines, "jiaoying_inbox_waiting", "gauge", "Inbound acts not yet understood.", waiting)
    _one(lines, "jiaoying_inbox_given_up", "gauge", "Inbound acts that wait for a person.", given_up)
    _one(lines, "jiaoying_deadlines_overdue", "gauge", "Deadlines that have passed and are not yet met.", overdue)
    if newest is not None:
        age = (now - newest).total_seconds()
        _one(lines, "jiaoying_rain_age_seconds", "gauge", "Age of the newest observed interval.", age)
    _one(lines, "jiaoying_writer_commands_total", "counter", "Commands written.", figures.commands)
    _one(lines, "jiaoying_writer_commits_total", "counter", "Commits.", figures.commits)
    _one(lines, "jiaoying_writer_retries_total", "counter", "Commands run again.", figures.retries)
    _one(lines, "jiaoying_writer_slowest_seconds", "gauge", "The slowest commit.", figures.slowest_s)
    _one(lines, "jiaoying_stream_viewers", "gauge", "Open streams of this process.", web.feed.viewers)
    return PlainTextResponse("\n".join(lines) + "\n", media_type="text/plain; version=0.0.4; charset=utf-8")


def _family(lines: list[str], name: str, kind: str, words: str) -> None:
    lines += [f"# HELP {name} {words}", f"# TYPE {name} {kind}"]


def _one(lines: list[str], name: str, kind: str, words: str, value: float) -> None:
    _family(lines, name, kind, words)
    lines.append(f"{name} {value:g}" if isinstance(value, float) else f"{name} {value}")
