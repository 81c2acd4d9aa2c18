"""The pretrained networks: their table, and how their files are found, downloaded, checked and unpacked.

What is inside a network's graph is not here but in `poets.migrate.graphs`.
"""
