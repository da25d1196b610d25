"""One answer from several analysts."""
