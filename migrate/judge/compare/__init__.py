"""Comparing arrays, trainings and accuracies, and the statistics and thresholds of it. Nothing is run or printed here."""
