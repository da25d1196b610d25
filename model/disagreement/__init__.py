"""Several analysts, or two versions of one assessment."""
