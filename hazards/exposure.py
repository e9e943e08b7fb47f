"""Exposure: who is in or touching which zone. Ids and geometries only."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry


def exposure(
    zones: Mapping[str, BaseGeometry],
    zone_area: Mapping[str, str],
    places: Mapping[str, tuple[float, float] | None],
    place_area: Mapping[str, str],
) -> Mapping[str, tuple[str, ...]]:
    """Find what lies in or touches each zone.

    Parameters
    ----------
    zones : mapping of zone id to geometry (longitude, latitude)
    zone_area : mapping of zone id to the code of its village
    places : mapping of id to (lon, lat), or None where nobody knows the place
    place_area : mapping of id to the code of its village, or of anything below the village

    Returns
    -------
    mapping of zone id to ids, sorted
        Every zone is a key. What has no place counts for every zone of its village: never lost.
    """
    found: dict[str, set[str]] = {zone: set() for zone in zones}
    names = list(zones)
    placed = [(key, place) for key, place in places.items() if place is not None]
    if placed and names:
        keys = [key for key, _ in placed]
        points = shapely.points(np.array([place for _, place in placed], dtype=float))
        tree = shapely.STRtree(points)
        which_zone, which_point = tree.query(np.array([zones[name] for name in names]), predicate="intersects")
        for zone, point in zip(which_zone.tolist(), which_point.tolist(), strict=True):
            found[names[zone]].add(keys[point])
    of_village: dict[str, list[str]] = {}
    for zone in names:
        if village := zone_area.get(zone):
            of_village.setdefault(village, []).append(zone)
    for key, place in places.items():
        if place is not None:
            continue
        area = place_area.get(key, "")
        # Groups, micro-grids and buildings append to the twelve digits of their village.
        for zone in of_village.get(area, of_village.get(area[:12], [])):
            found[zone].add(key)
    return {zone: tuple(sorted(keys)) for zone, keys in found.items()}
