"""SQL lives here and nowhere else: the writer and its journal, the rows, the registers, the outbox and the inbox."""
