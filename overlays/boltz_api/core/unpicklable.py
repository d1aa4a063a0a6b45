"""What belongs to a client does not travel to another process, and says what does."""

from __future__ import annotations

from typing import ClassVar, NoReturn, Self, SupportsIndex


class NotPickled:
    """Refuses to be pickled or copied deeply, in a sentence that says what to do instead."""

    _pickle_instead: ClassVar[str]
    """What the caller may want, as the end of a sentence."""

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        raise TypeError(
            f"{type(self).__name__} is not pickled, for a client's key and connections would go with it; "
            f"{self._pickle_instead}"
        )

    def __copy__(self) -> Self:
        clone = object.__new__(type(self))
        vars(clone).update(vars(self))
        return clone
