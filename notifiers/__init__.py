"""By which wire, until a human answers: call-outs, messages, receipts, wording, the voice budget."""
