from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.utils.translation import gettext_noop
from django.views.generic import RedirectView
from django.views.static import serve

from campaigns import views as campaigns
from content import views as content
from members import views as members
from orders import views as orders
from web import speculation

admin.site.site_header = admin.site.site_title = settings.SHOP_NAME
admin.site.enable_nav_sidebar = False  # it opens by JavaScript alone; the first page lists the same
# Of what the admin shows, Django itself lacks this in Chinese.
gettext_noop("- Select an option -")

handler404 = "api.outside.not_found"
handler400 = "api.outside.not_understood"
handler500 = "api.outside.failed"
handler429 = "web.pages.too_many"  # asked for by allauth
urlpatterns: list[URLPattern | URLResolver] = [
    path(settings.ADMIN_PATH, admin.site.urls),
    path("favicon.ico", lambda request: redirect(static("img/seal.ico"), permanent=False)),
    path("robots.txt", content.robots),
    path("sitemap.xml", content.sitemap),
    path("speculation-rules.json", speculation.rules, name="speculation_rules"),
    path("webhooks/<slug:provider>/", orders.notice),
    path("webhooks/mail/<slug:provider>/", campaigns.told),
    path("api/", include("api.urls")),
]
if settings.MEDIA_URL.startswith("/"):
    # Nginx answers these where there is one.
    urlpatterns.append(
        re_path(
            rf"^{settings.MEDIA_URL.lstrip('/')}(?P<path>.*)$",
            serve,
            {"document_root": settings.MEDIA_ROOT},
        )
    )
urlpatterns += i18n_patterns(
    path("", include("content.urls")),
    path("", include("contact.urls")),
    path("", include("catalog.urls")),
    path("", include("cart.urls")),
    path("", include("viewed.urls")),
    path("", include("wishlist.urls")),
    path("", include("checkout.urls")),
    path("", include("orders.urls")),
    path("", include("newsletter.urls")),
    path("", include("campaigns.urls")),
    path("account/", include("members.urls")),
    path("account/", include("privacy.urls")),
    path("", include("api.page_urls")),
    path("account/logout/", members.sign_out, name="account_logout"),
    *(path(f"account/{at}/", view, name=name) for name, (at, view) in members.changing.items()),
    # allauth's last page of a reset: here that signs in, and nobody is led to it.
    path("account/password/reset/done/", RedirectView.as_view(pattern_name="account_login")),
    path("account/", include("allauth.urls")),
    prefix_default_language=False,
)
