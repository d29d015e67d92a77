"""The addresses at which a login is not whole yet, so they lie outside of what `gate` guards."""

from django.urls import path

from tracker.admin.accounts import passwords, steps

urlpatterns = [
    path("second-factor/", steps.ask, name="second-factor"),
    path("second-factor/set-up/", steps.set_up, name="second-factor-set-up"),
    path("second-factor/kept/", steps.keep, name="second-factor-kept"),
    path("second-factor/recovery-codes/", steps.renew_codes, name="second-factor-codes"),
    path("password_reset/", passwords.AskView.as_view(), name="admin_password_reset"),
    path("password_reset/done/", passwords.AskedView.as_view(), name="password_reset_done"),
    path("reset/<uidb64>/<token>/", passwords.ChooseView.as_view(), name="password_reset_confirm"),
    path("reset/done/", passwords.ChosenView.as_view(), name="password_reset_complete"),
]
