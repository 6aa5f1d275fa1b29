import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def _nobody_has_asked_too_often() -> None:
    cache.clear()


@pytest.fixture(params=["", "/zh-hant"], ids=["en", "zh-hant"])
def to(request: pytest.FixtureRequest) -> str:
    """The prefix of each of the shop's languages."""
    return request.param


@pytest.fixture
def topics(db: None) -> list:
    from newsletter.models import Topic

    names = [("Tea", "茶"), ("Clay", "陶")]
    return [Topic.objects.create(name_en=en, name_zh=zh) for en, zh in names]


@pytest.fixture
def offer(db: None):
    from newsletter.models import WelcomeOffer

    return WelcomeOffer.objects.create(name_en="Hello", name_zh="見面禮", percentage=1000, days=30)
