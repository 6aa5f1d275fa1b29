"""Payment providers by their code."""

from payments.offline import Offline
from payments.provider import Provider

PROVIDERS: dict[str, Provider] = {provider.code: provider for provider in (Offline(),)}
