"""Tests of the web: routes, hooks, the live feed, the page."""
