"""What is said of repeated measurements: the median, how far they spread, and how sure a ratio is."""

from __future__ import annotations

import random
from collections.abc import Sequence
from statistics import median, quantiles

import msgspec

STEADY = 0.10
"""The spread a series may have: half its middle half, as a part of the median. What spreads wider is marked."""
ENOUGH = 3
"""Samples without which nothing can be said of where a median lies."""
RESAMPLES = 2_000
CONFIDENCE = 0.95


class Interval(msgspec.Struct, frozen=True):
    """An estimate, and where it lies with 95 % confidence."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.2f} [{self.low:.2f}, {self.high:.2f}]"


class Series(msgspec.Struct, frozen=True):
    """The samples of one row, in the order they were taken; all are kept."""

    samples: list[float]

    @property
    def median(self) -> float:
        """The sample in the middle."""
        return median(self.samples)

    @property
    def quartiles(self) -> tuple[float, float]:
        """What a quarter of the samples lie below, and what a quarter lie above."""
        if len(self.samples) < 2:
            return self.samples[0], self.samples[0]
        low, _, high = quantiles(self.samples, n=4, method="inclusive")
        return low, high

    @property
    def spread(self) -> float:
        """Half the distance between the quartiles, as a part of the median."""
        low, high = self.quartiles
        return (high - low) / 2 / self.median if self.median else 0.0

    @property
    def steady(self) -> bool:
        """Whether the spread is one that a figure may be quoted with unmarked."""
        return self.spread <= STEADY

    @property
    def outliers(self) -> int:
        """How many samples lie more than 1.5 times the distance between the quartiles outside them."""
        low, high = self.quartiles
        reach = 1.5 * (high - low)
        return sum(not low - reach <= sample <= high + reach for sample in self.samples)

    @property
    def interval(self) -> Interval:
        """The median and where it lies."""
        return bootstrapped(self.samples)

    def over(self, other: Series) -> Interval:
        """The ratio to another series, pair by pair: samples of one round saw the same machine."""
        return bootstrapped([mine / theirs for mine, theirs in zip(self.samples, other.samples, strict=True)])


def bootstrapped(samples: Sequence[float]) -> Interval:
    """The median of the samples, with the interval that resampling gives it: always the same for the same samples."""
    if len(samples) < ENOUGH:
        return Interval(median(samples), min(samples), max(samples))
    resample = random.Random(0)
    medians = sorted(median(resample.choices(samples, k=len(samples))) for _ in range(RESAMPLES))
    cut = round((1 - CONFIDENCE) / 2 * RESAMPLES)
    return Interval(median(samples), medians[cut], medians[-cut - 1])
