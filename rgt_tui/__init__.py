"""rgt-tui: a terminal operations console for RunPod GPU Pods."""

__version__ = "0.1.0"
