"""`poets parity A B [C...]`: compare models of any format with the first on the same photos.

The twins' own comparison is not here but in `poets.migrate.judge.twins`.
"""
