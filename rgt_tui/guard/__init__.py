"""What must hold before something irreversible. Pure values, no IO."""
