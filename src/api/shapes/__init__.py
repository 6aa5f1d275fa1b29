"""How the shop's things look in JSON."""
