"""`python -m trade` is the `trade` command."""

from trade.cli.app import main

if __name__ == "__main__":
    main()
