"""The judge's worker processes: start, restart and end them; containers; versions.

What the workers answer is not here but in `poets.migrate.task.worker`.
"""
