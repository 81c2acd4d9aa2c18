"""`--prove`: run the old and the new program, and compare what they print and write.

The rules that make the new program are not here.
"""
