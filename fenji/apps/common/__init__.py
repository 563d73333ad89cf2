"""What every app stands on: the clock, the audit trail, sealed fields, errors, repeated calls, jobs, lock order.

Nothing here knows a resident, an institution or a referral.
"""
