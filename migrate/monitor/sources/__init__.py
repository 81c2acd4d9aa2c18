"""The sources of readings (tegrastats, /sys, /proc, nvidia-smi) and the type of a sample.

Sampling in time and showing samples belong one folder up.
"""
