"""The family doctor's desk: what is due today, referring in three clicks, what was sent and what came back."""
