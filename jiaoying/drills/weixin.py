"""The county of the demo and the night it replays: names of things that several modules of this room need."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

DATA = Path(__file__).parent / "data"
COUNTY = "530629"
COUNTY_CODE = "530629000000"
XIAOBA = "530629101201"
CORE_STATION = "56596"
SITE_TIME = ZoneInfo("Asia/Shanghai")
HOUR = timedelta(hours=1)
STORM_BEGINS = datetime(2025, 7, 8, 0, tzinfo=SITE_TIME)
STORM_HOURS = 36
