"""Market-structure detectors, compiled, one per file."""
