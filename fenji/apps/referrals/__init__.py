"""The referral loop: sending, answering, booking, arriving, replying, coming down again, and the clock that watches.

`fenji.kernel.referral` holds the table; `actions.perform` is the one way to move along it.
"""
