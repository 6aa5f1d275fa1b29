"""A whole amount that is given back piece by piece, without a minor unit lost or made."""


def share(whole: int, of: int, before: int, pieces: int) -> int:
    """What `pieces` of a whole split among `of` come to when `before` of them were taken earlier.

    In minor units. Each cut is rounded down from the beginning and not by itself, so that the
    parts of any split add up to the whole. Raises ValueError if there are not as many pieces.
    """
    if min(whole, before, pieces) < 0 or before + pieces > of:
        raise ValueError(f"{before} + {pieces} of {of} pieces of {whole}")
    return whole * (before + pieces) // of - whole * before // of
