"""The command `poets label`. What it labels with is in the twins and in `migrate/runners/`."""
