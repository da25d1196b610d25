"""The handwritten script compiled without PyTensor's in-place pass over elementwise operations: a faster reference.

That pass takes much of the compile time of the script, a graph of many scalars. No setting turns it off: nutpie asks
for the mode "NUMBA" by name, and PyTensor returns it as defined, so `optimizer_excluding` in PYTENSOR_FLAGS has no
effect. Replacing the predefined mode does, which few users would think of. The model is the same.
"""

from __future__ import annotations

import runpy
from pathlib import Path

from pytensor.compile.mode import predefined_modes

if __name__ == "__main__":
    predefined_modes["NUMBA"] = predefined_modes["NUMBA"].excluding("inplace_elemwise")
    runpy.run_path(str(Path(__file__).with_name("handwritten.py")), run_name="__main__")
