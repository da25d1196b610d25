"""One file a format: blocks in, text or bytes out."""
