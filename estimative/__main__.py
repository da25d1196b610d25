"""`python -m estimative`."""

from estimative.app import main

main()
