from typing import Any

from wishlist.wishlist import KEY, Wishlist


def bring_along(request: Any, user: Any, **about: Any) -> None:
    """What a guest has kept stays kept: it goes to the member's list, and once only."""
    if request.session.get(KEY):
        Wishlist(request.session, user).take_over()
