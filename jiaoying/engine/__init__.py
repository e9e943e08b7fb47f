"""The running engine: takes commands, joins the rooms by subject id, finds what is due, sends what is queued."""
