"""How an answer is told. Never samples, never reads TOML."""
