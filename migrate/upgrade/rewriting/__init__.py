"""Apply all rules to files and notebooks, and write them.

The rules themselves are not here but in `poets.migrate.upgrade.rules`.
"""
