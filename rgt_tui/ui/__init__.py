"""The screen: Textual widgets that paint what the store holds and turn keys into calls."""
