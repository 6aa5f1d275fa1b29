"""What a page may load, and who may frame it: nothing from elsewhere, and nobody."""

from django.utils.csp import CSP

# No form-action: a payment post is answered by a redirect to the provider, which it would stop.
SECURE_CSP = {
    "default-src": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
    "object-src": [CSP.NONE],
}
