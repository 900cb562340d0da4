"""What the rewrites of heads have in common."""


def check_not_flipped(flip_pairs: object) -> None:
    """Refuse the second look at the flipped image, which is no part of the network."""
    assert flip_pairs is None, f'flip_pairs is {flip_pairs!r}; an exported network does not flip: allowed is None'
