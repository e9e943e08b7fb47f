"""Households (户): people who live together, where, how frail, and who answers for them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class HouseholdKind(StrEnum):
    """Households are homes, and also the places where people are that nobody lists as a family."""

    HOME = "home"
    SCHOOL = "school"
    CARE = "care"
    WORKSITE = "worksite"
    CAMP = "camp"
    RENTAL = "rental"

    @property
    def chinese(self) -> str:
        """The word of the field."""
        return _KINDS[self]


class Risk(StrEnum):
    """The three colours of households (红黄绿)."""

    RED = "red"
    YELLOW = "yellow"
    GREEN = "green"

    @property
    def chinese(self) -> str:
        """红 黄 绿."""
        return _RISKS[self]


_KINDS = {
    HouseholdKind.HOME: "住户",
    HouseholdKind.SCHOOL: "学校",
    HouseholdKind.CARE: "托养点",
    HouseholdKind.WORKSITE: "工地",
    HouseholdKind.CAMP: "营地",
    HouseholdKind.RENTAL: "出租房",
}
_RISKS = {Risk.RED: "红", Risk.YELLOW: "黄", Risk.GREEN: "绿"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Household:
    """One household of the register.

    `people` is what orders list; the night and day figures only move clocks. `responsible`, `phone` and `kin_phone`
    are normalised phones, `shelter` a shelter's code, `card` the fields of the household card (明白卡) that the
    register holds, by column.
    """

    code: str
    area: str
    head: str
    people: int
    kind: HouseholdKind = HouseholdKind.HOME
    people_night: int | None = None
    people_day: int | None = None
    phone: str | None = None
    elderly: int = 0
    children: int = 0
    impaired: int = 0
    lon: float | None = None
    lat: float | None = None
    risk: Risk | None = None
    responsible: str | None = None
    shelter: str | None = None
    kin_phone: str | None = None
    vehicle: str | None = None
    home_language: str | None = None
    card: tuple[tuple[str, str], ...] = ()

    @property
    def frail(self) -> bool:
        """Somebody old, young or impaired lives here: they move first (FACTS section 2)."""
        return bool(self.elderly or self.children or self.impaired)

    @property
    def place(self) -> tuple[float, float] | None:
        """(lon, lat), or None when nobody has entered it."""
        return None if self.lon is None or self.lat is None else (self.lon, self.lat)
