"""Examinations: ordered in three clicks, done in the examining house, the result back to doctor and resident."""
