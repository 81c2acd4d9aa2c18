"""`poets parity --task mnist`: run the beginner lab in both twins, in lockstep.

The lab itself is not here but in `poets.migrate.lab` and the twins' `mnist.py`.
"""
