from django.urls import URLPattern, URLResolver, include, path, re_path

from api import (
    converters,  # noqa: F401 they are known by being read
    docs_views,
)
from api.outside import nowhere
from api.views import (
    account,
    cart,
    catalog,
    checkout,
    contact,
    letters,
    merging,
    orders,
    paying,
    session,
    staff,
    viewed,
    wishlist,
)

app_name = "api"
type Patterns = list[URLPattern | URLResolver]
of_an_order: Patterns = [
    path("", orders.OneOrder.as_view(), name="order"),
    path("payment/", paying.Payment.as_view(), name="payment"),
    path("payment/settle/", paying.Settling.as_view(), name="settle"),
    path("cancel/", orders.Cancelling.as_view(), name="cancel"),
    path("change/", orders.Changing.as_view(), name="change"),
    path("again/", orders.Again.as_view(), name="again"),
    path("returns/", orders.Returns.as_view(), name="returns"),
    path("returns/<id:pk>/withdraw/", orders.Withdrawing.as_view(), name="withdraw"),
]
of_staff: Patterns = [
    path("variants/<sku:sku>/", staff.Stock.as_view(), name="stock"),
    path("orders/", staff.ToFulfil.as_view(), name="to-fulfil"),
    path("orders/<number:number>/", staff.OneToFulfil.as_view(), name="one-to-fulfil"),
    path("orders/<number:number>/parcels/", staff.Parcels.as_view(), name="parcels"),
    path("carriers/", staff.Carriers.as_view(), name="carriers"),
]
v1: Patterns = [
    path("categories/", catalog.Categories.as_view(), name="categories"),
    path("categories/<slug:slug>/", catalog.Category.as_view(), name="category"),
    path("products/", catalog.Products.as_view(), name="products"),
    path("products/<slug:slug>/", catalog.OneProduct.as_view(), name="product"),
    path("variants/<sku:sku>/", catalog.OneVariant.as_view(), name="variant"),
    path("session/", session.Session.as_view(), name="session"),
    path("cart/", cart.OneCart.as_view(), name="cart"),
    path("cart/lines/", cart.Lines.as_view(), name="lines"),
    path("cart/lines/<id:variant>/", cart.OneLine.as_view(), name="line"),
    path("cart/codes/", cart.Codes.as_view(), name="codes"),
    path("cart/codes/<code:code>/", cart.OneCode.as_view(), name="code"),
    path("cart/merge/", merging.Merge.as_view(), name="merge"),
    path("countries/", checkout.Countries.as_view(), name="countries"),
    path("countries/<countrycode:country>/", checkout.Country.as_view(), name="country"),
    path("checkout/quote/", checkout.Quoting.as_view(), name="quote"),
    path("checkout/", checkout.Placing.as_view(), name="checkout"),
    path("orders/", orders.Orders.as_view(), name="orders"),
    path("orders/find/", orders.Finding.as_view(), name="find"),
    path("orders/<number:number>/", include(of_an_order)),
    path("wishlist/", wishlist.Wishes.as_view(), name="wishlist"),
    path("wishlist/<id:variant>/", wishlist.OneWish.as_view(), name="wish"),
    path("wishlist/<id:variant>/move/", wishlist.Moving.as_view(), name="move"),
    path("viewed/", viewed.Looked.as_view(), name="viewed"),
    path("account/", account.Details.as_view(), name="account"),
    path("account/addresses/", account.Addresses.as_view(), name="addresses"),
    path("account/addresses/<id:pk>/", account.OneAddress.as_view(), name="address"),
    path(
        "account/addresses/<id:pk>/default/",
        account.DefaultAddress.as_view(),
        name="default-address",
    ),
    path("account/letters/", letters.Letters.as_view(), name="letters"),
    path("newsletter/", letters.Signup.as_view(), name="newsletter"),
    path("contact/", contact.Contact.as_view(), name="contact"),
    path("staff/", include(of_staff)),
]
urlpatterns = [
    path("v1/", include(v1)),
    re_path("^v1/", nowhere, name="nowhere"),
    path("schema/", docs_views.schema, name="schema"),
]
