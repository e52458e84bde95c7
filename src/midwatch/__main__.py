"""`python -m midwatch`."""

from midwatch.cli import main

main()
