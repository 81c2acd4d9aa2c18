"""`poets parity A B [C...]`: compare models of any format with the first on the same photos."""
