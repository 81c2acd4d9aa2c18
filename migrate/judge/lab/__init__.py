"""`poets parity --task mnist`: run the beginner lab in both twins, in lockstep."""
