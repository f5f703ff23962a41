"""The governance structure of a neighborhood as a typed hierarchy."""

__version__ = "0.1.0"
