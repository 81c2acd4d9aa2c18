"""The codelab's small tools: `poets optimize` and `poets round`."""
