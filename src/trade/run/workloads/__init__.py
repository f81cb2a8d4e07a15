"""The benchmark workloads: fixed Plays over seeded bars, timed with features, rules, loop and metrics, without reading."""
