"""Measuring speed, and watching the machine meanwhile."""
