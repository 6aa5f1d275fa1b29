from django.urls import path

from checkout import views

app_name = "checkout"
urlpatterns = [
    path("checkout/", views.address, name="address"),
    path("checkout/delivery/", views.delivery, name="delivery"),
    path("checkout/review/", views.review, name="review"),
]
