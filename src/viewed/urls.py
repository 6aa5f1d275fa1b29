from django.urls import path

from viewed import views

app_name = "viewed"
urlpatterns = [path("viewed/clear/", views.clear, name="clear")]
