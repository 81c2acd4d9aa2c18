"""Pictures and TensorBoard files of a run: the sheet of distorted photos, the projector view, TensorBoard itself.

Charts of the judge's reports are not here but in `poets.migrate.judge.report`.
"""
