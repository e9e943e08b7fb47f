"""Where it is dangerous, and what has fallen there: zones, stations, rain frames, sums, exposure."""
