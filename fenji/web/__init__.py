"""The pages: one package for each desk, and the shell, components and presenters they share.

A page parses, asks queries, calls at most one action and renders; it never writes to a model itself.
"""
