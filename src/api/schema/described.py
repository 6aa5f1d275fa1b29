"""What the documentation says of an operation, beside the code that does it."""

from collections.abc import Callable, Sequence
from typing import Any

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema

NOTHING = object()


def described[F: Callable[..., Any]](
    name: str,
    summary: str,
    *,
    gives: Any = None,
    asks: Any = None,
    status: int = 200,
    says: str = "",
    also: Sequence[int] = (),
    query: Sequence[OpenApiParameter] = (),
) -> Callable[[F], F]:
    """`name` is the operation's id; `also` are the statuses of problems that it alone has."""

    def decorate(method: F) -> F:
        told: Any = method
        told.also = also  # api.schema.inspector reads it
        responses = {status: OpenApiResponse(gives, description=summary)}
        return extend_schema(
            operation_id=name,
            summary=summary,
            description=says,
            request=asks,
            responses=responses,
            parameters=list(query),
        )(method)

    return decorate
