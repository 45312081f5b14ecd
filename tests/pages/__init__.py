"""The pages of `docs`: written from detectors and verifiers, and held to them by tests."""
