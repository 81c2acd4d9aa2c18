"""The twins side by side, lesson by lesson: what TensorFlow 2 changed, why, and what breaks if you forget it.

Sources are read, never run, and no module here imports TensorFlow.
"""
