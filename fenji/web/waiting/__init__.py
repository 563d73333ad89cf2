"""The waiting list as one sees it: the office's list with reasons, one entry with its offers, the resident's own."""
