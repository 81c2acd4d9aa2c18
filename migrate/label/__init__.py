"""What `poets label` does with any classifier. The classifiers are in the twins and in `migrate/runners/`."""
