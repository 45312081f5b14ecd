"""The screens: the panes, and a window for reading."""
