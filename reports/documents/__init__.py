"""One file a kind of answer: results in, blocks out."""
