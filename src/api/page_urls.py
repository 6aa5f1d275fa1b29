"""Pages about the API, for people: in every language of the shop."""

from django.urls import path

from api import docs_views, token_views

app_name = "api-pages"
urlpatterns = [
    path("api/docs/", docs_views.swagger, name="swagger"),
    path("api/redoc/", docs_views.redoc, name="redoc"),
    path("api/guide/", docs_views.guide, name="guide"),
    path("account/tokens/", token_views.listing, name="tokens"),
    path("account/tokens/add/", token_views.add, name="token-add"),
    path("account/tokens/<int:pk>/delete/", token_views.delete, name="token-delete"),
]
