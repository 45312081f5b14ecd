"""What the screen is made of: pure functions that make lines, and one widget that paints them."""
