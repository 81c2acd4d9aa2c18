"""Brush, colours, outlines, scenery and sampling: how anything is painted.

What is painted is not here but in `poets.migrate.demo.things`.
"""
