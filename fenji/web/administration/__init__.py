"""The desk of the three administrators: accounts and posts (security), the audit trail (audit), network and running
(system). None of these pages shows a patient. Health and metrics for whoever operates the machine stand here too.
"""
