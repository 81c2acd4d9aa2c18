"""Compare arrays, trainings and accuracies, with statistics and thresholds. Nothing is run or printed here."""
