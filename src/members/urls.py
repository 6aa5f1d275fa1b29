from django.urls import path

from members import address_views, views

app_name = "members"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("details/", views.details, name="details"),
    path("addresses/", address_views.listing, name="addresses"),
    path("addresses/add/", address_views.add, name="address-add"),
    path("addresses/<int:pk>/", address_views.edit, name="address"),
    path("addresses/<int:pk>/delete/", address_views.delete, name="address-delete"),
    path("addresses/<int:pk>/default/", address_views.make_default, name="address-default"),
]
