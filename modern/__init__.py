"""The retraining task in TensorFlow 2 style: Keras and TensorFlow Hub.

What both twins do alike is not here but in `poets.migrate.retraining` and `poets.migrate.task`.

Runs with Keras 2 (TensorFlow 2.6 to 2.15) and Keras 3 (TensorFlow 2.16 and later).
"""
