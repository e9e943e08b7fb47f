"""Tests of the notifiers' room."""
