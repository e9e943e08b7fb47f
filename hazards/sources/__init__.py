"""Where rain comes in: one module per kind of source, bytes → frames and faults."""
