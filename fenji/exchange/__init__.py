"""Spreadsheets in and out: templates, reading xlsx and csv, the dry run with every bad row, loading, and exports.

A face beside pages and API, below both and above the apps: it parses and calls their actions, and keeps of its own only
the uploaded files. What a row means is decided by the app it belongs to.
"""
