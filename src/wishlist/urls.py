from django.urls import path

from wishlist import views

app_name = "wishlist"
urlpatterns = [
    path("wishlist/", views.detail, name="detail"),
    path("wishlist/keep/", views.keep, name="keep"),
    path("wishlist/<int:variant_id>/remove/", views.remove, name="remove"),
    path("wishlist/<int:variant_id>/move/", views.move, name="move"),
]
