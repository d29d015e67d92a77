"""How staff come in: password, second factor, and what becomes of too many tries; and who lets them in.

A login is whole when a code has confirmed it (`second_factor`); until then `gate` leads from every address of
the admin to the second step (`steps`). `throttling` counts what fails. An account begins with an invitation
and a lost password is replaced by mail (`passwords`, `letters`). Administrators see to users (`users`).
"""

from tracker.admin.accounts import users

__all__ = ["users"]
