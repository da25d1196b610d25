"""The reference script compiled without PyTensor's in-place pass over elementwise operations: a kinder reference.

That pass takes much of the time in which the script, a graph of many scalars, is compiled. No setting reaches it:
nutpie asks for the mode "NUMBA" by name, and PyTensor hands that out as it was defined, so that `optimizer_excluding`
in PYTENSOR_FLAGS has no effect. What does is to put another mode in its place, which few users would think of. The
model is the same.
"""

from __future__ import annotations

import runpy
from pathlib import Path

from pytensor.compile.mode import predefined_modes

if __name__ == "__main__":
    predefined_modes["NUMBA"] = predefined_modes["NUMBA"].excluding("inplace_elemwise")
    runpy.run_path(str(Path(__file__).with_name("handwritten.py")), run_name="__main__")
