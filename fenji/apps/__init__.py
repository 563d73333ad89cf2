"""The record of what happened: one Django app per context, lower apps never import higher ones.

Each app has models, queries (read), actions (change, one transaction each), policies (may this person do it),
errors (in domain words). Pages and API live in `fenji.web` and `fenji.api`.
"""
