"""What can be, before any search."""
