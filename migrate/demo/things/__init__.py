"""The painted things, one file per family. Flowers appear only as flower heads.

How to paint is not here but in `poets.migrate.demo.painting`.
"""
