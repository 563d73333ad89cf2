"""The referral office's desk: inbox by deadline, today's arrivals, slots and closed clinics, whom to telephone."""
