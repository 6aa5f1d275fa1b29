from django.urls import path

from cart import merge_views, views

app_name = "cart"
urlpatterns = [
    path("cart/", views.detail, name="detail"),
    path("cart/header/", views.header, name="header"),
    path("cart/add/", views.add, name="add"),
    path("cart/lines/<int:variant_id>/", views.change, name="change"),
    path("cart/lines/<int:variant_id>/remove/", views.remove, name="remove"),
    path("cart/coupon/", views.coupon, name="coupon"),
    path("cart/coupon/remove/", views.remove_coupon, name="remove_coupon"),
    path("cart/merge/", merge_views.merge, name="merge"),
    path("cart/merge/undo/", merge_views.undo, name="undo_merge"),
]
