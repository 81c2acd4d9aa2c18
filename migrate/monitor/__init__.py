"""Monitoring of the machine: load, clocks, memory, temperatures and power, sampled, shown and summarized.

Judging what was measured is not here but in `poets.migrate.judge.measure`.
"""
