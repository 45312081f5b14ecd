"""The window on a network volume."""
