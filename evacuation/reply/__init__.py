"""Replies: what people answer to an order, read with certainty or handed to a person.

``read`` takes any text and gives a `Reading`; ``as_json`` prints it in the shape programs rely on.
"""

from evacuation.reply.reader import as_json, read
from evacuation.reply.reading import Context, Intent, Need, Quantity, Reading

__all__ = ["Context", "Intent", "Need", "Quantity", "Reading", "as_json", "read"]
