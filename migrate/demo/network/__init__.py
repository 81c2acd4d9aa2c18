"""The small network that poets ships: how its graph is built, trained and measured.

Networks that users bring belong to `poets.migrate.task.networks`.
"""
