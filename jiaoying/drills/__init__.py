"""Drills: a county of people who do not exist, virtual phones, a scripted desk, and a clock that jumps."""
