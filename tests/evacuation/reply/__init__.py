"""Tests of the reader of replies."""
