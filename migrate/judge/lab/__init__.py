"""`poets parity --task mnist`: the beginner lab in both twins, in lockstep."""
