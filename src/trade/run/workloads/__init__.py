"""The benchmark workloads: fixed Plays over seeded bars, timed with features, rules, loop and metrics, without reading."""

WORKLOADS = {"W1": "w1.yml", "W2": "w2.yml", "W3": "w3.yml", "W4": "w2.yml", "W5": "w2.yml"}  # each with its Play
