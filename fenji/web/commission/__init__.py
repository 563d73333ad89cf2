"""The health commission's desk: where patients are stuck now, who refers to whom, who answers and who does not.

Referrals appear by number; no page here names a resident.
"""
