"""Bytes to rows and faults, no I/O: every fault with file, row (as a spreadsheet counts, header = 1), column and reason."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why something in a file cannot be taken, and where. `feature` is the code of a map feature, where it has one."""

    file: str
    reason: str
    row: int | None = None
    column: str | None = None
    feature: str | None = None

    def __str__(self) -> str:
        place = self.file
        if self.row is not None:
            place += f" 第{self.row}行"
        if self.column is not None:
            place += f" 列“{self.column}”"
        if self.feature is not None:
            place += f" 要素{self.feature}"
        return f"{place}: {self.reason}"


class BadValue(ValueError):
    """A cell that cannot be read; the message says why, in words for the person who wrote it."""


@dataclass(slots=True, kw_only=True)
class Table:
    """A read table: rows as mappings of canonical column → stripped text, beside their row numbers."""

    file: str
    encoding: str
    columns: tuple[str, ...]
    rows: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    unknown_columns: tuple[str, ...] = ()
    header: Mapping[str, str] = field(default_factory=dict)


def decode(data: bytes) -> tuple[str, str]:
    """Decode a table: strict UTF-8 (BOM or not), then GB18030; say which.

    Raises
    ------
    BadValue
        When it is neither (or is a spreadsheet or other binary file).
    """
    if data[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        raise BadValue("这是表格软件的文件而不是 CSV,请另存为 CSV(UTF-8)")
    if b"\x00" in data:
        raise BadValue("文件里有二进制零字节,不是文本 CSV")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise BadValue("编码既不是 UTF-8 也不是 GBK/GB18030")


def read_table(
    data: bytes, file: str, *, required: Sequence[str], optional: Sequence[str], aliases: Mapping[str, str]
) -> tuple[Table | None, list[Fault]]:
    """Read a CSV into rows by canonical column names.

    Parameters
    ----------
    required, optional : sequences of str
        Canonical column names; a missing required column refuses the table.
    aliases : mapping of str to str
        Header as counties write it → canonical name.

    Returns
    -------
    (table, faults)
        Table is None when the file cannot be read at all. Unknown columns are kept out of the rows and named.
    """
    try:
        text, encoding = decode(data)
    except BadValue as error:
        return None, [Fault(file=file, reason=str(error))]
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        raw = list(_numbered(reader))
    except csv.Error as error:
        return None, [Fault(file=file, row=reader.line_num, reason=f"不是合法的 CSV:{error}")]
    if not raw:
        return None, [Fault(file=file, reason="文件是空的")]
    _, head = raw[0]
    known = {
        **{name.casefold(): name for name in [*required, *optional]},
        **{a.casefold(): c for a, c in aliases.items()},
    }
    names = [known.get(cell.strip().casefold()) for cell in head]
    faults: list[Fault] = []
    seen: dict[str, int] = {}
    for position, name in enumerate(names):
        if name is not None and name in seen:
            faults.append(
                Fault(
                    file=file,
                    row=1,
                    column=head[position].strip(),
                    reason=f"这一列与“{head[seen[name]].strip()}”重复({name})",
                )
            )
        elif name is not None:
            seen[name] = position
    for name in required:
        if name not in seen:
            words = [alias for alias, canonical in aliases.items() if canonical == name]
            also = f"(也可写作 {'、'.join(words)})" if words else ""
            faults.append(Fault(file=file, row=1, column=name, reason=f"缺少必填列 {name}{also}"))
    if faults:
        return None, faults
    table = Table(
        file=file,
        encoding=encoding,
        columns=tuple(seen),
        unknown_columns=tuple(
            cell.strip() for cell, name in zip(head, names, strict=True) if name is None and cell.strip()
        ),
        header={name: head[position].strip() for name, position in seen.items()},
    )
    for number, cells in raw[1:]:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > len(head) and any(cell.strip() for cell in cells[len(head) :]):
            faults.append(Fault(file=file, row=number, reason=f"这一行有 {len(cells)} 格,表头只有 {len(head)} 列"))
            continue
        table.rows.append((number, {name: (cells[at].strip() if at < len(cells) else "") for name, at in seen.items()}))
    return table, faults


def _numbered(reader: Any) -> Iterator[tuple[int, list[str]]]:
    yield from enumerate(reader, start=1)


class Cells:
    """Typed access to one row that collects faults instead of raising at the first.

    Examples
    --------
    >>> faults: list[Fault] = []
    >>> cells = Cells(Table(file="a.csv", encoding="utf-8", columns=("people",)), 2, {"people": "三"}, faults)
    >>> cells.integer("people", minimum=0) is None, len(faults)
    (True, 1)
    """

    def __init__(self, table: Table, number: int, row: Mapping[str, str], faults: list[Fault]) -> None:
        self.table, self.row_number, self.row, self.faults = table, number, row, faults
        self.bad = False

    def fault(self, column: str, reason: str) -> None:
        """Record a fault at `column` of this row."""
        self.bad = True
        name = self.table.header.get(column, column)
        self.faults.append(Fault(file=self.table.file, row=self.row_number, column=name, reason=reason))

    def text(self, column: str, *, required: bool = False) -> str | None:
        """The cell's text, or None when empty."""
        value = self.row.get(column, "")
        if value == "":
            if required:
                self.fault(column, "必填,不能为空")
            return None
        return value

    def parse(self, column: str, reader: Callable[[str], T], *, required: bool = False) -> T | None:
        """Read the cell with `reader`, which raises BadValue with the reason."""
        value = self.text(column, required=required)
        if value is None:
            return None
        try:
            return reader(value)
        except BadValue as error:
            self.fault(column, str(error))
            return None

    def integer(
        self, column: str, *, required: bool = False, minimum: int | None = None, maximum: int | None = None
    ) -> int | None:
        """A whole number within limits."""
        return self.parse(column, lambda text: whole_number(text, minimum=minimum, maximum=maximum), required=required)

    def decimal(
        self, column: str, *, required: bool = False, minimum: float | None = None, maximum: float | None = None
    ) -> float | None:
        """A finite decimal number within limits."""
        return self.parse(
            column, lambda text: decimal_number(text, minimum=minimum, maximum=maximum), required=required
        )


def whole_number(text: str, *, minimum: int | None = None, maximum: int | None = None) -> int:
    """Read a whole number; spreadsheets write 3 as 3.0, which is taken.

    Raises
    ------
    BadValue
    """
    value = decimal_number(text)
    if value != int(value):
        raise BadValue(f"应是整数,写的是 {text!r}")
    return int(_within(int(value), text, minimum, maximum))


def decimal_number(text: str, *, minimum: float | None = None, maximum: float | None = None) -> float:
    """Read a finite decimal number (no thousands separators, no underscores).

    Raises
    ------
    BadValue
    """
    try:
        value = float(text)
    except ValueError:
        raise BadValue(f"应是数字,写的是 {text!r}") from None
    if value != value or value in (float("inf"), float("-inf")) or "_" in text:
        raise BadValue(f"应是有限的数字,写的是 {text!r}")
    return _within(value, text, minimum, maximum)


def _within(value: float, text: str, minimum: float | None, maximum: float | None) -> float:
    if minimum is not None and value < minimum:
        raise BadValue(f"不能小于 {minimum:g},写的是 {text!r}")
    if maximum is not None and value > maximum:
        raise BadValue(f"不能大于 {maximum:g},写的是 {text!r}")
    return value
