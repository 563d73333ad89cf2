"""Capacity as one sees it: the office's board, the list for a dead network, what is free around, public places."""
