"""The words every floor speaks: findings, errors, units, timeframes, instruments, bars, records, results, hashes."""
