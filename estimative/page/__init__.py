"""The local page: the third face of the use cases, beside the command line and the Python interface."""
