"""YAML to plain values that remember where they stand, so that every complaint can name a line.

Scalars stay text: the model decides what they are. So `20:00` is a time of day and not 1200, `no` is a word where a
word is wanted, and an area code keeps every digit.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

KeyPath = tuple[str | int, ...]

_REFERENCE = re.compile(r"\$\$\{|\$\{([^}]*)\}|\$\{")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NULL = ("", "~", "null", "Null", "NULL")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong in a configuration file, where, and what was probably meant."""

    file: str
    reason: str
    line: int | None = None
    key: str = ""

    def __str__(self) -> str:
        place = self.file + (f" 第{self.line}行" if self.line is not None else "")
        return f"{place} {self.key}:{self.reason}" if self.key else f"{place}:{self.reason}"


class ConfigError(Exception):
    """A configuration that must not start a service; `faults` holds everything that is wrong with it."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = tuple(sorted(faults, key=lambda fault: (fault.line or 0, fault.key)))
        super().__init__("\n".join(str(fault) for fault in self.faults))


@dataclass(slots=True)
class Document:
    """A read file: `data` for the model, the line of every key and value, and what stood there as written."""

    file: str
    data: dict[str, Any] = field(default_factory=dict)
    lines: dict[KeyPath, int] = field(default_factory=dict)
    written: dict[KeyPath, str] = field(default_factory=dict)

    def place(self, location: tuple[str | int, ...]) -> KeyPath:
        """The path in the file that a model's error location is about.

        A location also names things that stand in no file (the member of a union, a missing key); those are left out.
        """
        path: KeyPath = ()
        for part in location:
            if (*path, part) in self.lines:
                path = (*path, part)
        return path


def dotted(path: KeyPath) -> str:
    """A key path as people write it: ``callout.red.steps[1].wait``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def read_document(text: str, file: str, *, directory: Path, environment: Mapping[str, str] | None = None) -> Document:
    """Read YAML text.

    Parameters
    ----------
    directory : Path
        Where ``${file:…}`` is looked for when it is no absolute path.
    environment : mapping, optional
        Where ``${NAME}`` is looked for; the process's own when absent.

    Raises
    ------
    ConfigError
        With every duplicate key, unset variable, unreadable secret; or the place where it is no YAML at all.
    """
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else None
        hint = "(缩进要用空格,不能用制表符)" if "\\t" in str(error.problem) else ""
        raise ConfigError([Fault(file=file, line=line, reason=f"不是合法的 YAML:{error.problem}{hint}")]) from error
    except yaml.YAMLError as error:
        raise ConfigError([Fault(file=file, reason=f"不是合法的 YAML:{' '.join(str(error).split())}")]) from error
    walk = _Walk(Document(file=file), directory, os.environ if environment is None else environment)
    if node is not None:
        data = walk.value(node, ())
        if isinstance(data, dict):
            walk.document.data = data
        elif data is not None:
            walk.fault(node, (), "最外层应是一组键(site、sources、warning …)")
    if walk.faults:
        raise ConfigError(walk.faults)
    return walk.document


class _Walk:
    """One pass over the nodes; collects faults instead of stopping at the first."""

    def __init__(self, document: Document, directory: Path, environment: Mapping[str, str]) -> None:
        self.document, self.directory, self.environment = document, directory, environment
        self.faults: list[Fault] = []
        self.seen: set[int] = set()

    def fault(self, node: yaml.Node, path: KeyPath, reason: str) -> None:
        line = node.start_mark.line + 1
        self.faults.append(Fault(file=self.document.file, line=line, key=dotted(path), reason=reason))

    def value(self, node: yaml.Node, path: KeyPath) -> Any:
        self.document.lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.ScalarNode):
            self.document.written[path] = node.value
            if node.style is None and node.value in _NULL:
                return None
            return self.filled(node, path)
        # An alias gives the same node again: a loop, or a file that unfolds without end.
        if id(node) in self.seen:
            self.fault(node, path, "不支持锚点与别名(& *),请把内容写全")
            return None
        self.seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        assert isinstance(node, yaml.MappingNode)
        return self.mapping(node, path)

    def mapping(self, node: yaml.MappingNode, path: KeyPath) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self.fault(key_node, path, "键应是一个词")
                continue
            key, inner = key_node.value, (*path, key_node.value)
            if key in found:
                self.fault(key_node, inner, f"这个键写了两次(第一次在第{self.document.lines[inner]}行)")
                continue
            self.document.lines[inner] = key_node.start_mark.line + 1
            found[key] = self.value(value_node, inner)
        return found

    def filled(self, node: yaml.ScalarNode, path: KeyPath) -> str:
        """The scalar with ``${NAME}`` and ``${file:…}`` put in; ``$${`` stands for a plain ``${``."""

        def put(match: re.Match[str]) -> str:
            name = match.group(1)
            if match.group(0) == "$${":
                return "${"
            if name is not None and name.startswith("file:"):
                try:
                    return (self.directory / name.removeprefix("file:")).read_text(encoding="utf-8").strip()
                except (OSError, UnicodeDecodeError) as error:
                    why = error.strerror if isinstance(error, OSError) else "不是 UTF-8 文本"
                    self.fault(node, path, f"读不了 {name.removeprefix('file:')}:{why}")
            elif name is None or not _NAME.fullmatch(name):
                self.fault(node, path, "${…} 里应是环境变量名或 file:路径;要写普通的 ${ 请写 $${")
            elif name not in self.environment:
                self.fault(node, path, f"环境变量 {name} 没有设置")
            else:
                return self.environment[name]
            return ""

        return _REFERENCE.sub(put, node.value)
