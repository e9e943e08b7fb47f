"""From a file to settings: what it says laid over the defaults, refused as a whole when anything in it is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from jiaoying.config.complaints import faults, unknown_key
from jiaoying.config.model import Config
from jiaoying.config.policies import Section
from jiaoying.config.reading import ConfigError, Fault, read_document


def load(path: Path | str, *, environment: Mapping[str, str] | None = None) -> Config:
    """Read a file of settings.

    Raises
    ------
    ConfigError
        With every fault: file, line, key, reason, and what was probably meant.

    Examples
    --------
    >>> load("config.yaml").web.port
    8760
    """
    file = Path(path)
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        reason = "没有这个文件;用 jiaoying init DIR 建一个站点,或用 --config 指出它在哪里"
        raise ConfigError([Fault(file=str(path), reason=reason)]) from None
    except UnicodeDecodeError:
        raise ConfigError([Fault(file=str(path), reason="不是 UTF-8 编码,请另存为 UTF-8")]) from None
    except OSError as error:
        raise ConfigError([Fault(file=str(path), reason=f"读不了:{error.strerror}")]) from None
    return loads(text, file=str(path), directory=file.parent, environment=environment)


def loads(
    text: str, *, file: str = "config.yaml", directory: Path | None = None, environment: Mapping[str, str] | None = None
) -> Config:
    """Read settings from text, as if it stood in `file` in `directory`."""
    where = directory if directory is not None else Path()
    document = read_document(text, file, directory=where, environment=environment)
    if "directory" in document.data:  # ours, not the file's: relative paths start where the file stands
        raise ConfigError([unknown_key(("directory",), document, Config)])
    try:
        return Config.model_validate({**_laid_over(Config(), document.data), "directory": where})
    except ValidationError as error:
        raise ConfigError(_without_echoes(faults(error.errors(), document, Config))) from error


def _laid_over(default: Section, said: Mapping[str, Any]) -> dict[str, Any]:
    """What was said over what holds when nothing is said: sections key by key, lists and values whole."""
    settings = {name: getattr(default, name) for name in type(default).model_fields if name != "directory"}
    for key, value in said.items():
        held = settings.get(key)
        if isinstance(held, Section):
            if isinstance(value, dict):
                settings[key] = _laid_over(held, value)
            elif value is not None:  # a section whose keys are all commented out says nothing
                settings[key] = value
        elif isinstance(held, dict) and isinstance(value, dict):
            settings[key] = {**held, **value}
        else:
            settings[key] = value
    return settings


def _without_echoes(found: list[Fault]) -> list[Fault]:
    """One complaint a thing: where the kind of an item is refused, its other keys could not be judged."""
    kinds = {fault.key.removesuffix(".kind") for fault in found if fault.key.endswith(".kind")}
    return [fault for fault in found if fault.key.endswith(".kind") or fault.key.rpartition(".")[0] not in kinds]
