"""The `trade` command."""


def main() -> None:
    raise SystemExit(0)
