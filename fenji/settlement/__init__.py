"""Bills by the million, from a file to a file: Arrow in, the payment kernel compiled, Arrow out; here or on Spark.

Nothing of this is imported by the web. It knows files and columns; the rule and its numbers come from below.
"""
