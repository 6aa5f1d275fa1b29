from django.urls import path

from contact import views

app_name = "contact"
urlpatterns = [
    path("contact/", views.write, name="write"),
    path("contact/sent/", views.sent, name="sent"),
]
