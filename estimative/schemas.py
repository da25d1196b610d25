"""`python -m estimative.schemas DIR`: write the JSON Schema of every kind of answer; with `--check`, compare."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from estimative.model.codec import schema
from estimative.reports.answers import KINDS


def schemas() -> dict[str, str]:
    """The text of every schema, by file name."""
    return {
        f"{kind.__dataclass_fields__['kind'].default}.json": json.dumps(schema(kind), indent=2, ensure_ascii=False)
        + "\n"
        for kind in KINDS
    }


def main(arguments: list[str]) -> int:
    """Write or compare; the exit code."""
    check = "--check" in arguments
    [folder] = [Path(argument) for argument in arguments if argument != "--check"]
    if not check:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in schemas().items():
            (folder / name).write_text(text, encoding="utf-8")
        return 0
    stored = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.json")}
    stale = sorted(name for name in {*stored, *schemas()} if stored.get(name) != schemas().get(name))
    for name in stale:
        print(f"{folder / name} is out of date: run `make schemas`", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
