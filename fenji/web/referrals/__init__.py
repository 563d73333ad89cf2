"""The referral's own pages, shared by all desks: where it stands, what happened, what one may do now."""
