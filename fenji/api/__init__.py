"""The JSON API for hospital systems and for scripts of people who are logged in; one router a context.

It parses, asks queries, makes at most one action, and shows the outcome; it holds no rule of its own. Every answer goes
through one renderer, which lets no ID or mobile number pass.
"""
