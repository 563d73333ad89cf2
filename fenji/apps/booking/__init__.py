"""Outpatient places and bookings: schedules make numbered places, one statement claims them.

Holds run out by themselves. Nothing here knows a referral's states; a referral is a plain id, and is told by the job
`referrals.appointment_changed`.
"""
