"""Rewrites GraphDef -> GraphDef, one file per kind, each with its reason and its tolerance."""
