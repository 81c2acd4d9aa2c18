"""A TF1 program as text: its source, scopes, imports and names, and what a finding is. No rule lives here."""
