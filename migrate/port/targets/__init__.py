"""The targets of `poets port`, one file per target (the `keras_*` files are one target), and the table of them.

Verifying what they write is not here but in `poets.migrate.port.proof`.
"""
