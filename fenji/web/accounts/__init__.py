"""Getting in and out: login, second factor, the post one acts from, the own password and profile.

Who may log in and what is recorded is decided in `fenji.apps.accounts`; here are pages and what a session remembers.
"""
