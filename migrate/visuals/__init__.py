"""Pictures and TensorBoard files of a run: the sheet of distorted photos, the projector view, TensorBoard itself."""
