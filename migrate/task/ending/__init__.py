"""How a command ends: its errors become one line on stderr and an exit code.

An error that poets raises on purpose brings its own exit code (`poets.migrate.task.errors`). Everything else is a fault
of poets or of what it runs on, and must not pass for a result: Python's own exit code for it, 1, means "no parity".
"""
