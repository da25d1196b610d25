"""How judgements fared of which it is known what came about."""
