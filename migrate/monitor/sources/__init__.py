"""Where readings of a machine come from: tegrastats, /sys, /proc, nvidia-smi; and what a sample is."""
