"""The command line (CONTRACT section 2). Results go to stdout, everything else to stderr; 0 done, 1 found something wrong, 2 misused."""

from __future__ import annotations

from jiaoying.cli.app import app, main, whole

__all__ = ["app", "main", "whole"]
