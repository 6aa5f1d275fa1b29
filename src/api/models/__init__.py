from api.models.answer import Answer
from api.models.token import Scope, Token

__all__ = ["Answer", "Scope", "Token"]
