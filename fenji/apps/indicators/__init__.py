"""Indicators: what the commission sees. Every figure is defined once (`definitions`) and read live from the referrals.

No rows of its own. Nothing here returns a resident's name: figures, and behind each the referrals by number.
"""
