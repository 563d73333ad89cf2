"""The people cared for: registration and identity, one person merged from two rows, who may see whom, search.

What happened to a person (contracts, bookings, referrals) lives in the apps above, which call `relations` here.
"""
