"""What things are: Pods, volumes, evidence, findings. Standard library only, no IO."""
