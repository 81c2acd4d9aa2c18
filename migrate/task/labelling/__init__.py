"""Labelling photos with any runtime: choosing photos and labels, and writing the results.

Running a model is not here: each runtime has a `Classifier` of its own.
"""
