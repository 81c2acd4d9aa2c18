"""Measure speed, and monitor the machine meanwhile.

What a figure looks like in a report is not here but in `poets.migrate.judge.report`.
"""
