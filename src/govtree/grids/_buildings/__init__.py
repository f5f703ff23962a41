"""Buildings on their map: read from whatever holds them, checked, side by side."""
