from django.urls import path

from orders import finding_views, invoice_views, return_views, views

app_name = "orders"
urlpatterns = [
    path("orders/", finding_views.listing, name="list"),
    path("orders/find/", finding_views.find, name="find"),
    path("orders/find/asked/", finding_views.asked, name="find-asked"),
    path("orders/<str:number>/", views.detail, name="detail"),
    path("orders/<str:number>/pay/", views.pay, name="pay"),
    path("orders/<str:number>/return/", views.returned, name="return"),
    path("orders/<str:number>/cancel/", views.cancel, name="cancel"),
    path("orders/<str:number>/change/", views.change, name="change"),
    path("orders/<str:number>/again/", views.again, name="again"),
    path("orders/<str:number>/returns/", return_views.ask, name="ask-return"),
    path(
        "orders/<str:number>/returns/<int:pk>/withdraw/",
        return_views.withdraw,
        name="withdraw-return",
    ),
    path("orders/<str:number>/invoice/", invoice_views.detail, name="invoice"),
    path("orders/<str:number>/invoice.pdf", invoice_views.as_pdf, name="invoice-pdf"),
]
