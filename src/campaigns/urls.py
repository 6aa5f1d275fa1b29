from django.urls import path

from campaigns import views

app_name = "campaigns"
urlpatterns = [
    path("newsletter/letters/", views.archive, name="archive"),
    path("newsletter/letters/<int:pk>/", views.read, name="letter"),
    path("feed.xml", views.feed, name="feed"),
]
