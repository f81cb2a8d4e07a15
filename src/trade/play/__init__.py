"""Play files: YAML text to a complete frozen spec and back. pydantic and pyyaml stay behind this door."""
