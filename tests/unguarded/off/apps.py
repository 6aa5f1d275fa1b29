from django.apps import AppConfig
from django.conf import settings


class Off(AppConfig):
    name = "unguarded.off"
    label = "unguarded_off"

    def ready(self):
        from unguarded.off import guards

        getattr(guards, settings.GUARD_OFF)()
