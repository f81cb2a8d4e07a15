"""What users bring and take: their files of every layout into the store, and stored rows back into files."""
