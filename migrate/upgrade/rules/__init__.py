"""The rules: what is rewritten in a TF1 program, and what is reported instead.

Reading a program and writing it back belong to the folders beside this one.
"""
