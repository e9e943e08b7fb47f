"""Shelters (安置点)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelter:
    """A place with room for people. `keeper` is a name, `keeper_phone` normalised."""

    code: str
    name: str
    area: str
    lon: float
    lat: float
    capacity: int
    keeper: str | None = None
    keeper_phone: str | None = None
