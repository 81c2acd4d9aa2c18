"""`make bench`: both twins against a plain retrain.py-style program, as ratios measured in one run."""
