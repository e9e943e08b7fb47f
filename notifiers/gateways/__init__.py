"""The only places where a text or a call leaves the house."""
