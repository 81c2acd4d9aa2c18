"""Labelling photos with any runtime: choosing photos and labels, and writing the results."""
