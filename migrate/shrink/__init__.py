"""The codelab's small tools: `poets optimize` and `poets round`.

Porting to other formats is not here but in `poets.migrate.port`.
"""
