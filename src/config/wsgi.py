import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from config.proxy import behind

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = behind(get_wsgi_application(), settings.TRUSTED_PROXIES)
