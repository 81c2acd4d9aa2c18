"""`poets upgrade`: upgrade TensorFlow 1 scripts to TensorFlow 2, by static analysis.

Graphs are not upgraded here but ported by `poets.migrate.port`.
"""
