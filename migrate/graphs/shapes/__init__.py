"""Shapes of a graph's values, from the graph alone: TensorFlow, which takes seconds to import, is not needed."""
