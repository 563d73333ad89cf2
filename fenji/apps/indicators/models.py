"""Indicators keep no rows of their own yet: they read the referral steps."""
