from django.contrib import admin
from django.http import HttpRequest

from content.models import Home


@admin.register(Home)
class HomeAdmin(admin.ModelAdmin):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return not Home.objects.exists() and super().has_add_permission(request)
