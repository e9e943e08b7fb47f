"""Zones, areas and shelters as GeoJSON with the register's columns, for maps and QGIS."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fastapi import APIRouter
from shapely.geometry import mapping

from jiaoying.storage import views
from jiaoying.web.context import Context
from jiaoying.web.identity import Reading
from jiaoying.web.lists import known_area, shaper_for
from jiaoying.web.shapes import Row
from people.areas import AreaLevel
from warning.warning import WarningState

router = APIRouter(tags=["地图"])


def _collection(features: Iterable[Row]) -> Row:
    return {"type": "FeatureCollection", "features": list(features)}


def _feature(geometry: Any, properties: Row) -> Row:
    return {"type": "Feature", "id": properties["code"], "geometry": geometry, "properties": properties}


def _point(lon: float | None, lat: float | None) -> Row | None:
    return None if lon is None or lat is None else {"type": "Point", "coordinates": [lon, lat]}


@router.get("/zones")
def get_zones(web: Context, viewer: Reading, area: str | None = None) -> Row:
    """Hazard zones with the level now in force over each."""
    county = web.service.county
    within = county.tree.within(known_area(web, area)) if area is not None else None
    levels: dict[str, Any] = {}
    with web.service.engine.connect() as connection:
        warnings = views.find(
            connection, "warning", areas=viewer.areas, state=WarningState.IN_FORCE, status=str(web.service.site.status)
        )
        shaper = shaper_for(web, viewer, connection, ())
    for warning in warnings:
        for zone in warning.zones:
            levels[zone] = max(warning.level, levels.get(zone, warning.level))
    return _collection(
        _feature(
            mapping(zone.geometry),
            {
                "code": zone.code,
                "kind": zone.kind,
                "name": zone.name,
                "area": zone.area,
                "thresholds": zone.thresholds,
                "upstream": zone.upstream,
                "monitor": shaper.phone(zone.monitor),
                "level": levels.get(zone.code),
            },
        )
        for zone in sorted(county.zones.values(), key=lambda one: one.code)
        if viewer.sees(zone.area) and (within is None or zone.area in within)
    )


@router.get("/areas")
def get_areas(web: Context, viewer: Reading, level: AreaLevel | None = None) -> Row:
    """Areas by code; one without a place has no geometry."""
    return _collection(
        _feature(
            _point(area.lon, area.lat),
            {
                "code": area.code,
                "name": area.name,
                "level": area.level,
                "parent": area.parent,
                "lon": area.lon,
                "lat": area.lat,
            },
        )
        for area in sorted(web.service.county.tree, key=lambda one: one.code)
        if viewer.sees(area.code) and (level is None or area.level is level)
    )


@router.get("/shelters")
def get_shelters(web: Context, viewer: Reading) -> Row:
    """Shelters by code."""
    county = web.service.county
    with web.service.engine.connect() as connection:
        shaper = shaper_for(web, viewer, connection, ())
    return _collection(
        _feature(
            _point(shelter.lon, shelter.lat),
            {
                "code": shelter.code,
                "name": shelter.name,
                "area": shelter.area,
                "lon": shelter.lon,
                "lat": shelter.lat,
                "capacity": shelter.capacity,
                "keeper": shaper.name(shelter.keeper),
                "keeper_phone": shaper.phone(shelter.keeper_phone),
            },
        )
        for shelter in sorted(county.shelters.values(), key=lambda one: one.code)
        if viewer.sees(shelter.area)
    )
