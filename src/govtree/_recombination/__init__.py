"""How units become parts: connected, of about one size, along the lines between them."""
