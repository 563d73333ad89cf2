"""What the rules mean, as plain Python and NumPy: the referral table, criteria, deadlines, choice of institution.

No Django, no files, no clock: the time of a decision is passed in as `at`.
"""
