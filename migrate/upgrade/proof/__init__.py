"""`--prove`: running the old and the new program, and comparing what they print and write."""
