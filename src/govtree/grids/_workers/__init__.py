"""Workers onto grids."""
