from django.urls import path

from catalog import views

app_name = "catalog"
urlpatterns = [
    path("c/<slug:slug>/", views.category, name="category"),
    path("search/", views.search, name="search"),
    path("p/<slug:slug>/", views.product, name="product"),
]
