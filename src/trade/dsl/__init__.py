"""The language of rules: parse, type, compile to array operations, evaluate, explain."""
