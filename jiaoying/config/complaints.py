"""What the model refuses, in the words of the person who wrote the file: place, reason, and what was probably meant."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from jiaoying.config.reading import Document, Fault, KeyPath, dotted

Parts = tuple[str, ...]
ANY = "…"

# Words of the contract that later versions of the software will read. Until something reads a key, it is refused:
# a setting that is accepted and does nothing is a promise nobody keeps.
NOT_YET: Mapping[str, str] = {
    "ladder": "提前量阶梯(1262)",
    "inspections": "三查",
    "retention": "保存期限",
    "map": "底图",
    "requests": "求助时限",
    "web.proxies": "反向代理",
}


def faults(details: Iterable[ErrorDetails], document: Document, model: type[BaseModel]) -> list[Fault]:
    """Translate what Pydantic found wrong with `document`."""
    known = tuple(known_keys(model))
    found = list(details)
    # Items that were refused themselves are then missed in the list; that is said already.
    refused = {detail["loc"][:-1][: length + 1] for detail in found for length in range(len(detail["loc"]))}
    return [
        _fault(detail, document, known)
        for detail in found
        if not (detail["type"] == "too_short" and detail["loc"] in refused)
    ]


def unknown_key(path: KeyPath, document: Document, model: type[BaseModel]) -> Fault:
    """The complaint about a key that the model does not read."""
    reason = _unknown(path, tuple(known_keys(model)))
    return Fault(file=document.file, line=document.lines.get(path), key=dotted(path), reason=reason)


def _fault(detail: ErrorDetails, document: Document, known: tuple[Parts, ...]) -> Fault:
    location = detail["loc"]
    path = document.place(location)
    line = document.lines.get(path)
    key = dotted(path)
    kind = detail["type"]
    if kind == "missing":
        key = f"{key}.{location[-1]}" if key else str(location[-1])
        reason = "缺少这个必填的键"
    elif kind == "extra_forbidden":
        reason = _unknown(path, known)
    else:
        reason = _reason(detail, document.written.get(path))
    return Fault(file=document.file, line=line, key=key, reason=reason)


def _reason(detail: ErrorDetails, written: str | None) -> str:
    context: Mapping[str, Any] = detail.get("ctx", {})
    said = f",写的是 {written!r}" if written else ""
    match detail["type"]:
        case "jiaoying":
            return str(context["reason"])
        case "int_parsing" | "int_type" | "int_from_float":
            return f"应是整数{said}"
        case "float_parsing" | "float_type" | "finite_number" | "decimal_parsing":
            return f"应是数字{said}"
        case "bool_parsing" | "bool_type":
            return f"应是 true 或 false{said}"
        case "string_type":
            return f"应是文字{said}" if written else "不能为空"
        case "string_too_short":
            return "不能为空"
        case "string_too_long":
            return f"最多 {context['max_length']} 个字{said}"
        case "enum" | "literal_error":
            words = re.findall(r"'([^']*)'", context["expected"])
            return f"只能是 {'、'.join(words)}{said}" + _closest(written or "", words)
        case "greater_than_equal":
            return f"不能小于 {context['ge']}{said}"
        case "greater_than":
            return f"必须大于 {context['gt']}{said}"
        case "less_than_equal":
            return f"不能大于 {context['le']}{said}"
        case "list_type" | "tuple_type" | "too_short":
            return f"应是列表,每项以 - 开头,至少一项{said}"
        case "model_type" | "model_attributes_type" | "dict_type":
            return f"应是一组键,不是单个值{said}"
        case "string_pattern_mismatch":
            return f"写法不对{said}"
        case _:
            return f"{detail['msg']}{said}"


def _unknown(path: KeyPath, known: tuple[Parts, ...]) -> str:
    """Why a key is refused: not yet, misspelt, misplaced, or never heard of."""
    if dotted(path) in NOT_YET:
        return f"本版本尚不支持({NOT_YET[dotted(path)]}),请删去这个键"
    leaf = str(path[-1])
    siblings = [parts[-1] for parts in known if _matches(parts[:-1], path[:-1])]
    near = difflib.get_close_matches(leaf, siblings, n=1)
    if near:
        return f"没有这个键;是不是 {near[0]}?"
    elsewhere = next((parts for parts in known if parts[-1] == leaf), None)
    if elsewhere:
        return f"这里没有这个键;它应写在 {dotted(elsewhere[:-1]) or '最外层'} 下面"
    return f"没有这个键;这里可以写:{'、'.join(siblings)}" if siblings else "没有这个键"


def _matches(parts: Parts, path: KeyPath) -> bool:
    return len(parts) == len(path) and all(known in (ANY, found) for known, found in zip(parts, path, strict=True))


def _closest(word: str, words: Iterable[str]) -> str:
    near = difflib.get_close_matches(word, list(words), n=1)
    return f";是不是 {near[0]}?" if near else ""


def known_keys(model: type[BaseModel], prefix: Parts = ()) -> Iterator[Parts]:
    """Every key the model reads; `ANY` stands for an index or a name that the file chooses."""
    for name, info in model.model_fields.items():
        if info.exclude:
            continue
        yield (*prefix, name)
        for inner, free in _inner(info.annotation):
            yield from known_keys(inner, (*prefix, name, *free))


def _inner(annotation: Any, free: Parts = ()) -> Iterator[tuple[type[BaseModel], Parts]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation, free
        return
    collection = get_origin(annotation) in (tuple, list, dict, Mapping)
    for argument in get_args(annotation):
        yield from _inner(argument, (*free, ANY) if collection else free)
