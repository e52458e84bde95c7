"""The command line. Each command lives in its own module and is imported only when it runs."""

from __future__ import annotations

import sys

from midwatch.errors import MidwatchError


def main() -> None:
    """Run the command line. What goes wrong on purpose is one sentence on standard error and exit code 2."""
    from midwatch.cli.root import midwatch

    try:
        midwatch.main(prog_name="midwatch", standalone_mode=True)
    except MidwatchError as error:
        print(f"midwatch: {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print("midwatch: interrupted", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(141)
