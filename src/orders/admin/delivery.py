from django.contrib import admin

from orders.models import Carrier, DeliveryMethod


@admin.register(DeliveryMethod)
class DeliveryMethodAdmin(admin.ModelAdmin):
    list_display = ["code", "name_en", "price", "free_from", "active"]


@admin.register(Carrier)
class CarrierAdmin(admin.ModelAdmin):
    list_display = ["name", "tracking_url"]
    search_fields = ["name"]
