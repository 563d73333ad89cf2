"""A city that does not exist: synthetic residents and staff, later a year of care under a policy.

Everything here is invented by a seeded generator from published figures; nobody in it is a person. No database.
"""
