"""Natural logarithms of fractions, in whole numbers."""

from functools import cache

_BITS = 160
_LEAST = 64


def ln(high: int, low: int) -> int:
    """The natural logarithm of `high / low` in 2^-160; right to forty digits and more, and the same on every machine.

    A value is `2^e * n * (1 + d)` with a whole number `n` from 64 up to 128 and `d` of at most 1/128. The logarithm
    of the last factor is `2 * artanh(d / (2 + d))`, a series that gains five digits a term.

    Example:
        >>> round(ln(10, 1) / 2**160, 9)
        2.302585093
    """
    power = high.bit_length() - low.bit_length() - _LEAST.bit_length() + 1
    high, low = (high, low << power) if power > 0 else (high << -power, low)
    if high < low * _LEAST:
        high, power = high * 2, power - 1
    near = (2 * high + low) // (2 * low)
    return power * _ln_2() + _ln_whole(near) + 2 * _artanh(high - near * low, high + near * low)


def _artanh(high: int, low: int) -> int:
    term = (high << _BITS) // low
    square, total, odd = term * term >> _BITS, term, 3
    while term not in {0, -1}:
        term = term * square >> _BITS
        total += term // odd
        odd += 2
    return total


@cache
def _ln_2() -> int:
    return 2 * _artanh(1, 3)


@cache
def _ln_whole(number: int) -> int:
    """The logarithm of a whole number from 64 to 128, by that of the one below it."""
    if number == _LEAST:
        return 6 * _ln_2()
    return _ln_whole(number - 1) + 2 * _artanh(1, 2 * number - 1)
