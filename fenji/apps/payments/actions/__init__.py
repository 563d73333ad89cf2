"""Settle, correct and reverse bills; decide; file; state and clear; supervise. Each in one transaction."""
