"""Statements, sound ones, for Hypothesis to choose from."""

from __future__ import annotations

from hypothesis import strategies as st

from estimative.priors.ratio_scale import RATIO_SCALES
from estimative.priors.statements import (
    BetaStated,
    Constant,
    Count,
    FourSteps,
    Interval,
    LognormalStated,
    Moments,
    Quantiles,
    RatioWord,
    Statement,
    ThreePoint,
    Uniform,
    Word,
)
from estimative.priors.verbal_scale import SCALES

finite = st.floats(allow_nan=False, allow_infinity=False)
positive = st.floats(min_value=0, exclude_min=True, allow_infinity=False)
masses = st.floats(0.01, 0.9999)
ends = st.lists(finite, min_size=2, max_size=2, unique=True).map(sorted)
three = st.lists(finite, min_size=3, max_size=3, unique=True).map(sorted)


@st.composite
def quantiles(draw: st.DrawFn) -> Quantiles:
    percents = draw(st.lists(st.integers(1, 99), min_size=2, max_size=6, unique=True))
    values = draw(st.lists(finite, min_size=len(percents), max_size=len(percents), unique=True))
    return Quantiles(points=tuple(zip((p / 100 for p in sorted(percents)), sorted(values), strict=True)))


counts = st.tuples(st.floats(0, 1), positive).map(lambda pair: Count(count=pair[0] * pair[1], of=pair[1]))
words = st.sampled_from([Word(term=term, scale=scale.id) for scale in SCALES.values() for term in scale.words])
ratio_words = st.sampled_from(
    [RatioWord(term=term, scale=scale.id) for scale in RATIO_SCALES.values() for term in scale.words]
)
statements: st.SearchStrategy[Statement] = st.one_of(
    st.builds(Constant, value=finite),
    quantiles(),
    st.builds(lambda pair, mass: Interval(low=pair[0], high=pair[1], mass=mass), ends, masses),
    st.builds(
        lambda low_mode_high: ThreePoint(**dict(zip(("low", "mode", "high"), low_mode_high, strict=True))), three
    ),
    st.builds(
        lambda low_best_high, sure: FourSteps(
            **dict(zip(("low", "best", "high"), low_best_high, strict=True)), sure=sure
        ),
        three,
        st.floats(0.5, 1, exclude_max=True),
    ),
    st.builds(Moments, mean=finite, sd=positive),
    counts,
    words,
    ratio_words,
    st.builds(lambda a, b, pair: BetaStated(a=a, b=b, low=pair[0], high=pair[1]), positive, positive, ends),
    st.builds(BetaStated, a=positive, b=positive),
    st.builds(LognormalStated, mu=finite, sigma=positive),
    st.builds(lambda pair: Uniform(low=pair[0], high=pair[1]), ends),
)
