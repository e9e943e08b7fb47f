"""``python -m jiaoying`` is ``jiaoying``."""

from __future__ import annotations

from jiaoying.cli import main

if __name__ == "__main__":
    main()
