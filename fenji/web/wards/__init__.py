"""The desks of wards: the board of beds, one bed, who needs a bed, who could go down, day surgery."""
