"""Labelling photos, whatever runs the network: which photos, which labels, how the answers are written."""
