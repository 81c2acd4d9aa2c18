"""A TF1 program as text: source, scopes, imports, names, and findings about them. It contains no rules."""
