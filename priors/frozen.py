"""A read-only dictionary for the fields of frozen types."""

from __future__ import annotations

from typing import NoReturn


class FrozenDict[K, V](dict[K, V]):
    """A dictionary that cannot be changed after it is made.

    Unlike `types.MappingProxyType` it can be pickled, so that scenarios and assessments reach other processes, and
    encoders treat it as the dictionary that it is.
    """

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("a FrozenDict cannot be changed")

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[type[FrozenDict[K, V]], tuple[dict[K, V]]]:
        # By default, unpickling would fill an empty dictionary item by item, which is refused.
        return type(self), (dict(self),)
