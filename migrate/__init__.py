"""The toolkit: the task's contract, its judge, porting, upgrading, study, and the tools for a Jetson TX2."""
