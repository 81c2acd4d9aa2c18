"""`poets fuzz`: search for an input on which the twins differ, and shrink it.

How two answers are compared is not here but in `poets.migrate.judge.compare`.
"""
