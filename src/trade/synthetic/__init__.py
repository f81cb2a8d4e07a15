"""Made markets: the sample, seeded patterns and resampled history, each one minute series."""
