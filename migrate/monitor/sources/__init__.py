"""The sources of readings (tegrastats, /sys, /proc, nvidia-smi) and the type of a sample."""
