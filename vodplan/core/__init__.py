"""The deciding half of vodplan: pure functions over frozen values, with no network, clock or disk."""
