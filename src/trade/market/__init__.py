"""The stored world: history, import, gaps, instruments, the sample market."""
