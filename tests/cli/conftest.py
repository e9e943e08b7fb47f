"""The command line in this process: one site, filled with the tiny county by the files a county would hand in."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from jiaoying.cli import whole
from tests.support.registers import COUNTY, TinyCounty, tiny_county

Cli = Callable[..., Result]


@pytest.fixture
def cli() -> Iterator[Cli]:
    """Run a command; the result has exit_code, stdout and stderr."""
    runner = CliRunner()
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level

    def run(*arguments: object) -> Result:
        return runner.invoke(whole(), [str(argument) for argument in arguments])

    yield run
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with the tiny county in it; copied for every test that wants it."""
    runner, base = CliRunner(), tmp_path_factory.mktemp("cli") / "site"
    made = runner.invoke(whole(), ["init", str(base), "--area", COUNTY[:6]])
    assert made.exit_code == 0, made.stderr
    files = base.parent / "registers"
    files.mkdir()
    for kind, path in write_registers(files, tiny_county()).items():
        done = runner.invoke(whole(), ["import", kind, str(path), "--config", str(base / "config.yaml")])
        assert done.exit_code == 0, f"{kind}: {done.stderr}"
    return base


@pytest.fixture
def site(filled: Path, tmp_path: Path) -> Path:
    """A site of one's own."""
    shutil.copytree(filled, tmp_path / "site")
    return tmp_path / "site"


@pytest.fixture
def config(site: Path) -> Path:
    """Its settings."""
    return site / "config.yaml"


def write_registers(directory: Path, county: TinyCounty) -> dict[str, Path]:
    """The tiny county as the files of a county: CSV with and without BOM, GBK, GeoJSON; in the order of import."""
    tables = {
        "areas": (
            "code,name,level,parent,lon,lat",
            [(a.code, a.name, a.level, a.parent or "", a.lon or "", a.lat or "") for a in county.areas],
        ),
        "shelters": (
            "code,name,area,lon,lat,capacity,keeper,keeper_phone",
            [
                (s.code, s.name, s.area, s.lon, s.lat, s.capacity, s.keeper or "", s.keeper_phone or "")
                for s in county.shelters
            ],
        ),
        "posts": (
            "area,role,holder,phone,rank,duty_from,duty_to",
            [
                (p.area, p.role, p.holder, p.phone, p.rank, p.duty_from or "", p.duty_to or "")
                for p in county.posts
            ],
        ),
        "households": (
            "编码,行政区,户主,人数,经度,纬度,责任人",
            [
                (h.code, h.area, h.head, h.people, h.lon or "", h.lat or "", h.responsible or "")
                for h in county.households
            ],
        ),
        "stations": (
            "站号,站名,经度,纬度,海拔",
            [(s.code, s.name, s.lon, s.lat, s.elevation or "") for s in county.stations],
        ),
    }  # fmt: skip
    encodings = {"areas": "utf-8-sig", "households": "gbk"}
    found = {}
    for kind, (header, rows) in tables.items():
        found[kind] = directory / f"{kind}.csv"
        lines = [header, *(",".join(str(cell) for cell in row) for row in rows)]
        found[kind].write_text("\n".join(lines) + "\n", encoding=encodings.get(kind, "utf-8"))
    found["zones"] = directory / "zones.geojson"
    found["zones"].write_text(zones_text(county), encoding="utf-8")
    return found


def zones_text(county: TinyCounty, *, shift: float = 0.0) -> str:
    """The zones as GeoJSON; `shift` degrees east."""
    features = [
        {
            "type": "Feature",
            "properties": {"code": zone.code, "kind": zone.kind, "name": zone.name, "area": zone.area},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[lon + shift, lat] for lon, lat in zone.geometry.exterior.coords]],
            },
        }
        for zone in county.zones
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
