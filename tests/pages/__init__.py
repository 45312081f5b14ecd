"""The pages of `docs/symptoms`: written from the detectors, and held to them by a test."""
