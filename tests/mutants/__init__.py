"""Small changes of what decides a terminate, and whether its tests notice each of them."""
