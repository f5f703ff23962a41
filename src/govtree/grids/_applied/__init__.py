"""A plan and a structure: the grids it has today, and the grids of a plan in their place."""
