"""The chain: whoever changes, deletes, inserts or reorders an entry is found, and the first bad place is named."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, bindparam, delete, insert, select, update

from core.journal import GENESIS, MOST_SUBJECTS
from jiaoying.storage import journal, privacy, sealer
from jiaoying.storage.rebuild import rebuild_check
from jiaoying.storage.schema import journal as table
from jiaoying.storage.schema import site as site_table
from jiaoying.storage.work import Work
from jiaoying.storage.writer import Writer
from tests.storage.conftest import SALT
from tests.storage.lamp import LAMPS, T0, BlownOut, lit, made

WHO = {"actor": "user:wang", "cause": "Light"}


def fill(writer: Writer, engine: Engine, entries: int = 6) -> None:
    for n in range(entries):

        def run(work: Work, name: str = f"lamp-{n}") -> None:
            work.emit("lamp", name, [*made(name, work.now), *lit(work.now)], **WHO)

        writer.execute(run, now=T0 + timedelta(minutes=n))
    sealer.seal(engine)


def test_an_empty_journal_holds(engine: Engine) -> None:
    verdict = journal.verify_database(engine)
    assert (verdict.holds, verdict.entries, verdict.hash) == (True, 0, GENESIS)


def test_the_chain_holds_and_exports(writer: Writer, engine: Engine, tmp_path: Path) -> None:
    fill(writer, engine)
    verdict = journal.verify_database(engine)
    assert (verdict.holds, verdict.entries, verdict.unsealed) == (True, 6, 0)
    path = tmp_path / "journal.jsonl"
    assert journal.export(engine, path) == 6
    assert journal.verify_file(path) == verdict
    with engine.connect() as connection:
        assert journal.head(connection) == (6, verdict.hash)
        assert [one["sequence"] for one in journal.entries(connection, after=2, limit=3)] == [3, 4, 5]
        assert list(journal.entries(connection, kinds=["rain"])) == []


CHANGES: dict[str, Any] = {
    "sequence": 40,
    "at": T0 - timedelta(days=1),
    "recorded_at": T0 - timedelta(days=1),
    "actor": "user:li",
    "status": "Actual",
    "kind": "task",
    "cause": "Else",
    "facts": '[{"data":{},"fact":"Made","subject":"x"}]',
    "previous": "f" * 64,
    "hash": "f" * 64,
}


def test_every_column_is_tried() -> None:
    assert set(CHANGES) == {column.name for column in table.c} - {"id"}


@pytest.mark.parametrize("column", sorted(CHANGES))
def test_a_changed_column_is_found_at_its_place(writer: Writer, engine: Engine, column: str) -> None:
    fill(writer, engine)
    with engine.begin() as connection:
        connection.execute(update(table).where(table.c.sequence == 3).values({column: CHANGES[column]}))
    verdict = journal.verify_database(engine)
    assert not verdict.holds
    assert verdict.fault is not None
    assert verdict.fault.sequence == 3
    assert verdict.entries == 2


def test_facts_that_are_no_json_any_more_are_found_too(writer: Writer, engine: Engine) -> None:
    fill(writer, engine)
    with engine.begin() as connection:
        connection.execute(update(table).where(table.c.sequence == 4).values(facts="{"))
    fault = journal.verify_database(engine).fault
    assert fault is not None
    assert fault.sequence == 4


def test_a_deleted_entry_is_found(writer: Writer, engine: Engine) -> None:
    fill(writer, engine)
    with engine.begin() as connection:
        connection.execute(delete(table).where(table.c.sequence == 4))
    fault = journal.verify_database(engine).fault
    assert fault is not None
    assert fault.sequence == 4


@pytest.mark.parametrize("place", [0, 7, None])
def test_an_inserted_entry_is_found(writer: Writer, engine: Engine, place: int | None) -> None:
    fill(writer, engine)
    with engine.begin() as connection:
        row = dict(connection.execute(select(table).where(table.c.sequence == 3)).mappings().one())
        if place is None:  # pushed between two, the later ones moved on
            last = connection.execute(select(table.c.id).order_by(table.c.id.desc()).limit(1)).scalar_one()
            for id in range(last, row["id"], -1):
                connection.execute(update(table).where(table.c.id == id).values(sequence=table.c.sequence + 1))
            row["sequence"] = 4
        else:
            row["sequence"] = place
        row["id"] = 1000
        connection.execute(insert(table), row)
    fault = journal.verify_database(engine).fault
    assert fault is not None
    assert fault.sequence == {0: 1, 7: 7, None: 4}[place]


def test_reordered_entries_are_found(writer: Writer, engine: Engine) -> None:
    fill(writer, engine)
    with engine.begin() as connection:
        move = update(table).where(table.c.sequence == bindparam("_from")).values(sequence=bindparam("_to"))
        for one, other in ((2, 99), (3, 2), (99, 3)):
            connection.execute(move, {"_from": one, "_to": other})
    fault = journal.verify_database(engine).fault
    assert fault is not None
    assert fault.sequence == 2


def test_a_changed_file_is_found_at_its_line(writer: Writer, engine: Engine, tmp_path: Path) -> None:
    fill(writer, engine)
    path = tmp_path / "journal.jsonl"
    journal.export(engine, path)
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, change in ((3, lines[2].replace("user:wang", "user:li")), (5, "{"), (2, "[]")):
        path.write_text("\n".join([*lines[: number - 1], change, *lines[number:]]), encoding="utf-8")
        fault = journal.verify_file(path).fault
        assert fault is not None
        assert fault.line == number


def test_facts_of_one_transaction_share_entries_by_kind(writer: Writer, engine: Engine) -> None:
    def run(work: Work) -> None:
        for n in range(MOST_SUBJECTS + 1):
            work.emit("lamp", f"l{n}", made(f"l{n}"), **WHO)
            work.note("rain", f"frame-{n}", "FrameStored", {"digest": "x"}, status="Exercise", **WHO)
        work.emit("lamp", "l0", lit(), actor="user:li", cause="Light")
        work.emit("lamp", "l0", [BlownOut(at=T0)], **WHO)

    writer.execute(run)
    sealer.seal(engine)
    with engine.connect() as connection:
        found = [(one["kind"], one["actor"], len(one["facts"])) for one in journal.entries(connection)]
    assert found == [
        ("lamp", "user:wang", 500),
        ("rain", "user:wang", 500),
        ("lamp", "user:wang", 1),
        ("rain", "user:wang", 1),
        ("lamp", "user:li", 1),
        ("lamp", "user:wang", 1),
    ]
    assert rebuild_check(engine, kinds=LAMPS)[0].table == "rain_frame", "notes about frames that are not stored"


def test_the_same_commands_give_the_same_hash(
    open_writer: Callable[..., Writer], engine: Engine, tmp_path: Path
) -> None:
    writer = open_writer(inline=True, recorded=lambda now: now)
    fill(writer, engine)
    # Written once by this test's code; it changes only when the bytes of the journal change, which breaks old journals.
    assert journal.verify_database(engine).hash == "b8e00bc9cc45550f32911fdb54c0062d6bda5ad45cc376396bdf176533f557af"


def test_a_noted_fact_is_journalled_and_changes_nothing_but_the_count(writer: Writer, engine: Engine) -> None:
    fill(writer, engine, 1)
    writer.execute(lambda work: work.emit("lamp", "lamp-0", [BlownOut(at=T0), BlownOut(at=T0, by="wind")], **WHO))
    sealer.seal(engine)
    assert rebuild_check(engine, kinds=LAMPS) == []


def test_erasing_private_rows_leaves_the_chain_provable(writer: Writer, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(insert(site_table).values(key="salt", value=SALT))
    phone = writer.execute(lambda work: work.private("phone", "+8610012345678"))
    other = writer.execute(lambda work: work.private("name", "王"))
    fill(writer, engine)
    assert writer.execute(lambda work: work.reveal(phone)) == "+8610012345678"
    erased = writer.execute(lambda work: privacy.erase(work, [phone, "phone:unknown"], actor="user:li", reason="moved"))
    assert erased == 1
    assert writer.execute(lambda work: work.reveal_many([phone, other])) == {other: "王"}
    sealer.seal(engine)
    assert journal.verify_database(engine).holds
    assert rebuild_check(engine, kinds=LAMPS) == []
    with engine.connect() as connection:
        text = "".join(connection.execute(select(table.c.facts)).scalars())
    assert "+86" not in text
    assert writer.execute(lambda work: work.private("phone", "+8610012345678")) == phone
    assert writer.execute(lambda work: work.reveal(phone)) == "+8610012345678", "given again, kept again"
