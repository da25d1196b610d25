"""`python -m estimative`."""

from estimative.cli.app import main

main()
