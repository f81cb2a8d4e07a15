"""Run the `trade` command from a checkout."""

from trade.cli.app import main

if __name__ == "__main__":
    main()
