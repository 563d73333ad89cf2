"""The registry of residents as staff see it: find, register, look, correct, merge. Their own pages: `web.resident`."""
