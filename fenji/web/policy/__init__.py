"""The city's policy as a person reads it, and the desk of those who change it: draft, look at the effect, approve.

Reading is for everybody: a policy is a published document. Drafts are for the insurer and the commission.
"""
