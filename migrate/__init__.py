"""The toolkit: the task's contract, its judge, porting, upgrading, study, and the tools for a Jetson TX2.

The two implementations themselves are not here but in `poets.legacy` and `poets.modern`.
"""
