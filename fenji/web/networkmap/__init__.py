"""The network as pictures: who refers to whom, by county and consortium, as a drawing by tier and as a map.

Everything is drawn on the server as SVG; each institution is a link to its page, each filter a query string.
"""
