"""What there is to say of a plan: of each grid, of what it breaks, beside another plan."""
