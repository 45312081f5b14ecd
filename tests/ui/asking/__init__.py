"""Questions, as they look."""
