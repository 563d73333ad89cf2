"""What care cost and who paid: claims, the person's year, postings, statements, supervision.

The rule itself is `kernel.payment`; its numbers are the rulebook's. Here stands what happened: which bills were settled
by which version, what the books hold, what the insurer decided. Money moves by postings, which are only ever added.
"""
