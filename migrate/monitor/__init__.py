"""Monitoring of the machine: load, clocks, memory, temperatures and power, sampled, shown and summarized."""
