"""What a field of an address is called, to a reader and to a browser."""

from django.utils.translation import gettext_lazy as _

AUTOCOMPLETE = {
    "name": "name",
    "company_name": "organization",
    "street_address": "street-address",
    "city_area": "address-level3",
    "city": "address-level2",
    "country_area": "address-level1",
    "postal_code": "postal-code",
}
# What a field is called depends on the country; the words on the left are the address data's.
LABELS = {
    "name": _("Full name"),
    "company_name": _("Company (optional)"),
    "street_address": _("Street address"),
    "city": _("Town or city"),
    "post_town": _("Town or city"),
    "suburb": _("Suburb"),
    "district": _("District"),
    "village_township": _("Village or township"),
    "townland": _("Townland"),
    "neighborhood": _("Neighbourhood"),
    "postal": _("Postcode"),
    "zip": _("ZIP code"),
    "eircode": _("Eircode"),
    "pin": _("PIN code"),
    "area": _("Area"),
    "county": _("County"),
    "department": _("Department"),
    "do_si": _("Province or city"),
    "emirate": _("Emirate"),
    "island": _("Island"),
    "oblast": _("Oblast"),
    "parish": _("Parish"),
    "prefecture": _("Prefecture"),
    "province": _("Province"),
    "state": _("State"),
}
