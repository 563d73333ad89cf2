"""The insurer's first page: referrals filed for its region, by tier and direction. No names; settlement comes later."""
