"""The beginner lab: its data, its schedule, its command and its record. The training is in the twins' `mnist.py`."""
