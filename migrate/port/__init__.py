"""Port an old frozen graph: read it, rewrite what TensorFlow 2 cannot run, save it, and verify the outputs.

Rewrites of graphs are not here but in `poets.migrate.graphs.rewrites`.
"""
