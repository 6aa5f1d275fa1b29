"""Shoppers ask to send things back, think better of it, and editors decide."""

import uuid

from hypothesis import strategies as st
from hypothesis.stateful import rule

from crashes import Killed
from machine.after_sale import DELIVERY, AfterSale, counts
from machine.world import crashes, nth
from orders import flows
from orders.models import Refund, ReturnRequest

ENDS = {"accepted": flows.accept_return, "withdrawn": flows.withdraw_return}
ENDS["refused"] = lambda pk, **more: flows.refuse_return(pk, "worn", **more)
ends = st.sampled_from(["accepted", "accepted", "refused", "withdrawn"])


class Returns(AfterSale):
    @rule(n=nth, counts=counts, crash=crashes, twice=st.booleans())
    def ask_for_a_return(self, n, counts, crash, twice):
        """One press, or two of one form: the second finds the first one's request."""
        if not (order := self.pick(self._paid(), n)):
            return
        form, before = uuid.uuid4(), self.as_sold(order)
        lines = list(order.lines.all())
        asked = {line.pk: (k, "other") for line, k in zip(lines, counts, strict=False) if k}
        fits = all(0 < asked[line.pk][0] <= line.refundable for line in lines if line.pk in asked)
        for each in (crash, None)[: 1 + twice]:
            given = (order.pk, asked, "a note")
            done = self.do(each, flows.ask_return, *given, request_id=form, but=flows.NotReturned)
            if done is not Killed:
                assert isinstance(done, ReturnRequest) == (bool(asked) and fits)
        if not ReturnRequest.objects.filter(form_id=form).exists():
            assert self.as_sold(order) == before, "half a request"

    @rule(n=nth, end=ends, delivery=DELIVERY, restock=st.booleans(), crash=crashes, again=ends)
    def decide_about_a_return(self, n, end, delivery, restock, crash, again):
        """Once, whatever is pressed after it; what is accepted is owed in full and once."""
        if not ReturnRequest.objects.exists():
            return
        asked = self.pick(ReturnRequest.objects.all(), n)
        before = asked.state
        back = {each.line_id for each in asked.lines.all()} if restock else ()
        for which, each in ((end, crash), (again, None)):
            more = {"delivery": delivery, "restock": back} if which == "accepted" else {}
            refusals = (flows.NotReturned, flows.NotRefunded)
            done = self.do(each, ENDS[which], asked.pk, **more, but=refusals)
            now = ReturnRequest.objects.get(pk=asked.pk).state
            assert now == before or (before, now) == ("asked", which)
            if isinstance(done, ReturnRequest | Refund):
                assert now == which
            before = now
