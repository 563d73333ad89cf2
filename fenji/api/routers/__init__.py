"""The operations, a router a context."""
