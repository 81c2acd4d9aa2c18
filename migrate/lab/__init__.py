"""The beginner lab: its data, its schedule, its command and its record. What trains it is in the twins' `mnist.py`."""
