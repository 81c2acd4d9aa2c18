"""`poets label` for any classifier. The classifiers are in the twins and in `migrate/runners/`."""
