"""Warnings of libraries: about their own insides, so that a user can do nothing about them."""

from __future__ import annotations

import logging
import warnings


def quieten_libraries() -> None:
    """Let no library print a warning or a log entry, whatever PYTHONWARNINGS says: "error" would make it a crash."""
    warnings.resetwarnings()
    warnings.simplefilter("ignore")
    logging.disable()
