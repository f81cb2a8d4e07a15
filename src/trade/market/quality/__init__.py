"""Is stored history what a market can have made? One file per family of checks, siblings alike."""
