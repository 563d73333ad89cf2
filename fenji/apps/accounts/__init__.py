"""Who can log in, with what, and who administers that: people, programs, offices, tokens, second factors, lock-outs,
and the reading of the audit trail by its officer.

Not here: where people work (`registry`), whom they may see (`residents`), the login pages (`fenji.web.accounts`).
"""
