"""The reading centre's desk: where a reader works, who is at the telephone, with whom, and what was sent there.

Requests to read pictures and tracings do not exist yet; the desk says so, and what will come.
"""
