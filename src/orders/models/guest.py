import hashlib


def session_hash(session_key: str) -> str:
    """What an order keeps of the session that placed it: enough to know it again."""
    return hashlib.sha256(session_key.encode()).hexdigest()
