"""The command-line flags of `retrain`, `label_image` and fine-tuning, the same for both twins."""
