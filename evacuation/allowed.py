"""The one way a decision says no to a person: with a sentence they can act on."""

from __future__ import annotations


class NotAllowed(Exception):
    """What was asked for may not be done; the message says why, in Chinese, for the person who asked."""
