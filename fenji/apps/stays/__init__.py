"""Beds, theatres, recovery places and equipment: what has a name and is taken for a span of time.

A stay lies on one resource over a half-open span; living stays never overlap. Facts of the wards (admitted, moved,
discharged) come as movements, from a hospital's system or by hand, in any order. Bundles take places of clinics and
resources together or not at all. Nothing here knows a referral's states; a referral is a plain id.
"""
