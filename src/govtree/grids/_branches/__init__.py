"""Branches over grids."""
