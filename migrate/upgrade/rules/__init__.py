"""The rules: what is rewritten in a TF1 program, and what is reported instead."""
