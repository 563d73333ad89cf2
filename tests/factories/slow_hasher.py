"""A password hasher that takes as long as a real one and counts how many guesses reach it."""

import time

from django.contrib.auth.hashers import MD5PasswordHasher


class SlowHasher(MD5PasswordHasher):
    algorithm = "slow"
    checked = 0

    def verify(self, password: str, encoded: str) -> bool:
        type(self).checked += 1
        time.sleep(0.05)
        return super().verify(password, encoded)
