"""Words as statements: which scale a word is of, where a file does not say it."""

from __future__ import annotations

from estimative.priors.errors import invalid, listed, quote
from estimative.priors.ratio_scale import ACH, ENFSI, RATIO_SCALES, scales_of
from estimative.priors.statements import RatioWord, Word
from estimative.priors.toml_table import Table
from estimative.priors.verbal_scale import ICD203, SCALES

_CHANCES = frozenset({"if_yes", "if_no", "if_high", "if_low", "motive"})
"""Keys of an item of evidence that are probabilities."""


def bare_word(term: str, table: Table, key: str) -> Word | RatioWord:
    """Return a word of the only scale that has it; if none has, of the scale that was probably meant."""
    scales = [] if ICD203.band(term) else scales_of(term)
    if len(scales) > 1:
        written = [f'{{ term = "{scale.spelling(term)}", scale = "{scale.id}" }}' for scale in scales]
        bands = [band for scale in scales if (band := scale.band(term))]
        ranges = [f"{text} ({band.low:,.0f} to {band.high:,.0f})" for text, band in zip(written, bands, strict=True)]
        message = f"{quote(term)} is a word of several scales, with different numbers"
        raise invalid(message, code="ambiguous-word", key="term", value=quote(term), allowed=listed(ranges))
    meant = scales[0].id if scales else _scale_meant(table, key)
    return word_of(term, ICD203.id if ICD203.band(term) else meant)


def _scale_meant(table: Table, key: str) -> str:
    """The scale whose words suit an entry, by where it is in the file: of a scenario, under `suggests`."""
    if table.path[:1] != ("evidence",) or key in _CHANCES:
        return ICD203.id
    below = [part for part in (*table.path[2:], key) if part not in {"suggests", "ratio"}]
    return ACH.id if len(table.path) > 1 and below else ENFSI.id


def word_of(term: str, scale: str) -> Word | RatioWord:
    """Return a word of a scale of probability or of likelihood ratios, as the scale spells it."""
    # The word is kept as it is written if the scale does not have it, for the error to quote it.
    if ratios := RATIO_SCALES.get(scale):
        return RatioWord(term=ratios.spelling(term) or term, scale=scale)
    known = SCALES.get(scale)
    return Word(term=(known and known.spelling(term)) or term, scale=scale)
