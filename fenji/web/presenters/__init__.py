"""Words, shapes and colours for pages: pure functions from a value (and the time it is asked) to what a reader sees.

No queries and no HTML here; the components in `templates/cotton` print what these return.
"""
