"""City packs as package data: each city's network (regions, institutions, ties), its policy, and their code tables.

Here lives what reads and checks the network. Not here: what a policy means (rulebook, kernel), and the database, into
which the registry copies what `network.load_network` returns.
"""
