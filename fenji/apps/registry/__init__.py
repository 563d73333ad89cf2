"""The network as it stands: regions, institutions, consortia, links, departments, people's posts, cover and duty.

Who the patients are, and what happened between institutions, is not here.
"""
