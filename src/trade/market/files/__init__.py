"""Files that users bring and take: recognised, read in pieces, every bad row reported; written complete or not at all."""
