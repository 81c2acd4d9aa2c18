"""Brush, colours, outlines, scenery and sampling: how anything is painted."""
