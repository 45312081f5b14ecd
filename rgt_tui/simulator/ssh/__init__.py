"""The SSH side of the simulated account: one server per Pod, and the gateway."""
