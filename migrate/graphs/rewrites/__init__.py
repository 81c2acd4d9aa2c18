"""Rewrites GraphDef -> GraphDef, one file per kind, each with its reason and its tolerance.

Finding out what a graph is belongs one folder up.
"""
