"""Run the `trade` command from a checkout; a Python that lacks the program is told where it is."""

import json
import sys
from pathlib import Path


def refuse(error: ImportError) -> int:
    """Refuse in the forms of the program, which is not there to do it; nothing but the standard library is."""
    bin_ = Path(__file__).resolve().parent / ".venv" / "bin"
    fact = f"'{sys.executable}' cannot load the program: {str(error)[:1].lower()}{str(error)[1:]}"
    first = "" if (bin_ / "trade").is_file() else "run 'make demo' once, then "
    hint = f"{first}use '{bin_ / 'trade'}' or '{bin_ / 'python'} trade_cli.py'"
    if "--json" in sys.argv:
        finding = {"code": "not-installed", "severity": "error", "fact": fact, "hint": hint}
        sys.stdout.write(json.dumps({"status": "refused", "exit_code": 1, "findings": [finding]}, indent=2) + "\n")
    else:
        sys.stderr.write(f"error [not-installed] {fact}\n    {hint}\n")
    return 1


if __name__ == "__main__":
    try:
        from trade.cli.app import main
    except ImportError as error:
        sys.exit(refuse(error))
    main()
