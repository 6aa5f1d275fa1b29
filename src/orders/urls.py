from django.urls import path

from orders import invoice_views, views

app_name = "orders"
urlpatterns = [
    path("orders/<str:number>/", views.detail, name="detail"),
    path("orders/<str:number>/pay/", views.pay, name="pay"),
    path("orders/<str:number>/return/", views.returned, name="return"),
    path("orders/<str:number>/cancel/", views.cancel, name="cancel"),
    path("orders/<str:number>/change/", views.change, name="change"),
    path("orders/<str:number>/invoice/", invoice_views.detail, name="invoice"),
    path("orders/<str:number>/invoice.pdf", invoice_views.as_pdf, name="invoice-pdf"),
]
