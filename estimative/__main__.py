"""`python -m estimative`."""

import os
import sys

if not sys.flags.safe_path and os.path.realpath(sys.path[0]) == os.path.realpath(os.curdir):
    del sys.path[0]  # the working folder, from which `-m` would import whatever lies there; so would every child

from estimative.cli.app import main

main()
