"""The painted things, one file per family. Flowers appear only as flower heads."""
