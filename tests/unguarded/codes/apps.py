import time

from django.apps import AppConfig


def take(self, code, about, person):
    from coupons.models import NotTaken

    coupon = self.get(code=code)
    if coupon.is_used_up or coupon.is_had_by(person):
        raise NotTaken(code)
    time.sleep(0.2)  # as a busy database would
    self.filter(pk=coupon.pk).update(used=coupon.used + 1)
    coupon.redemptions.create(about=about, person=person.email, member=person.member)


class Codes(AppConfig):
    name = "unguarded.codes"
    label = "unguarded_codes"

    def ready(self):
        from coupons.models import CouponQuerySet

        CouponQuerySet._take = take
