"""The routes under `/api/v1` (CONTRACT sections 6 and 7), one module a subject."""
