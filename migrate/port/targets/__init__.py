"""The targets of `poets port`, one file per target (`keras_*` belong together), and the table of them."""
