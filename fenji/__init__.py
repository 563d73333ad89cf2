"""Fenji (分级): tiered care for a city. `ARCHITECTURE.md` says what lives where."""
