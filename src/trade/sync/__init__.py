"""History from exchanges: Bybit through pybit, any other through ccxt, fetched until the store holds what was asked for."""
