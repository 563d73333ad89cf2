"""Notices: who was told what, by which way, and whether it arrived. Adapters carry them out of the house.

Nothing here knows a referral or a resident: addressees and causes are plain ids; telephone numbers are sealed at once.
"""
