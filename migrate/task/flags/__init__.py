"""The command-line flags of `retrain`, `label_image` and fine-tuning, the same for both twins.

Flags of other commands are in the commands' own folders.
"""
