"""`--prove`: run the old and the new program, and compare what they print and write."""
