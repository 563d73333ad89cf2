"""Checks of the source itself, run by `make check`: sizes, and documents that are generated from code."""
