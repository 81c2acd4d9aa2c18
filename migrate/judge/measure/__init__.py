"""Measure speed, and monitor the machine meanwhile."""
