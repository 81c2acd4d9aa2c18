"""Prove a port: compare it with the original in a Session on pictures.

Nothing here writes a port.
"""
