"""Rows that everybody is shown: writing any of them begins a new version of what is kept."""

from collections.abc import Iterable
from typing import Any

from django.db import models

from cache.versions import SHOP, changed


class ShownQuerySet[M: models.Model](models.QuerySet[M, M]):
    def update(self, **values: Any) -> int:
        return self._noted(super().update(**values), values)

    update.alters_data = True  # type: ignore[attr-defined]

    def delete(self) -> tuple[int, dict[str, int]]:
        return self._noted(super().delete())

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]

    def bulk_create(self, objs: Iterable[M], *args: Any, **more: Any) -> list[M]:
        return self._noted(super().bulk_create(objs, *args, **more))

    def _noted(self, done: Any, values: Any = ()) -> Any:
        changed(self.version_of(values))
        return done

    @staticmethod
    def version_of(fields: Iterable[str]) -> str:
        return SHOP


class Shown(models.Model):
    """Values of a many-to-many field are written beside the row: do both in one transaction."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **more: Any) -> None:
        super().save(*args, **more)
        changed(SHOP)

    def delete(self, *args: Any, **more: Any) -> tuple[int, dict[str, int]]:
        done = super().delete(*args, **more)
        changed(SHOP)
        return done
