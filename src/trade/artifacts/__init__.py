"""What is kept of a run: written, hashed, read back, verified."""
