"""Porting an old frozen graph: read it once, rewrite what TensorFlow 2 cannot run, save it, prove it equal."""
