"""`poets parity A B [C...]`: any models, whatever they are kept in, each compared with the first on the same photos."""
