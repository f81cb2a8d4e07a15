"""The simulated exchange: integers in, fills and ledger out."""
