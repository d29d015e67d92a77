"""What a contact had to be told about an initiative, and by which rule."""

from django.core.validators import validate_comma_separated_integer_list
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class ReminderKind(models.TextChoices):
    """What a reminder counts its days from: a due day (before or after it), a silence, an announcement."""

    DUE = "due", _("before the deadline")
    OVERDUE = "overdue", _("after the deadline")
    SILENT = "silent", _("nothing reported")
    NO_DEADLINE = "no_deadline", _("no deadline")
    MILESTONE = "milestone", _("milestone due")


class ReminderRule(models.Model):
    """Who is reminded when. Staff edit these rows; several rules of one kind stand side by side."""

    kind = models.CharField(_("what about"), max_length=12, choices=ReminderKind)
    days = models.CharField(
        _("on which days"),
        max_length=60,
        validators=[validate_comma_separated_integer_list],
        help_text=_(
            "Days before a deadline or milestone (0 is the day itself), else days after it, or after the "
            "last report. Separate several by commas: 30,7,1,0."
        ),
    )
    then_every = models.PositiveSmallIntegerField(
        _("then every so many days"),
        null=True,
        blank=True,
        help_text=_("After the last of these days, again and again. Empty: no more."),
    )
    to_lead = models.BooleanField(_("to the lead"), default=True)
    to_support = models.BooleanField(_("to supporting parties"), default=False)
    to_controller = models.BooleanField(_("to the controller"), default=False)
    head_after = models.PositiveSmallIntegerField(
        _("to the lead’s head from day"),
        null=True,
        blank=True,
        help_text=_("So many days late, or silent, the head of the lead is told as well. Empty: never."),
    )
    leadership_after = models.PositiveSmallIntegerField(
        _("to the leadership from day"), null=True, blank=True, help_text=_("Empty: never.")
    )
    on_working_days = models.BooleanField(
        _("only on working days"),
        default=True,
        help_text=_(
            "A reminder before a deadline that falls on a weekend or holiday of the recipient’s country goes "
            "out on the working day before; any other on the working day after."
        ),
    )
    is_on = models.BooleanField(_("on"), default=True)

    class Meta:
        verbose_name = _("reminder rule")
        verbose_name_plural = _("reminder rules")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="rule_kind_is_known",
                condition=Q(kind__in=["due", "overdue", "silent", "no_deadline", "milestone"]),
                violation_error_message=_("Choose one of the kinds of reminder."),
            ),
            models.CheckConstraint(
                name="rule_before_a_day_ends_with_it",
                condition=~Q(kind__in=["due", "milestone"])
                | Q(then_every__isnull=True, head_after__isnull=True, leadership_after__isnull=True),
                violation_error_message=_(
                    "Before a deadline nothing repeats and nobody higher is told. Use a rule for after it."
                ),
            ),
            models.CheckConstraint(
                name="rule_repeats_after_a_day_or_more",
                condition=Q(then_every__isnull=True) | Q(then_every__gte=1),
                violation_error_message=_("A reminder repeats after one day or more."),
            ),
        ]

    def __str__(self) -> str:
        days = ", ".join(
            [*self.days.split(","), self.repetition] if self.then_every else self.days.split(",")
        )
        return f"{self.get_kind_display()}: {days}"

    @property
    def repetition(self) -> str:
        """Say in words how it goes on after the last of its days; empty where it does not."""
        return gettext("then every %(days)d days") % {"days": self.then_every} if self.then_every else ""

    @property
    def offsets(self) -> list[int]:
        """The days of the rule in rising order, each once."""
        return sorted({int(day) for day in self.days.split(",")})


class Reminder(models.Model):
    """The decision that one contact is told one fact, once.

    Its key is made of business facts alone: `anchor_on` is the due day, or the day last heard of; `step` the
    days from it, negative before it. A moved deadline is another fact; a second run of the planner is not.
    A reminder without a mail was skipped: when its turn came, a later step was due as well.
    """

    Kind = ReminderKind

    class Role(models.TextChoices):
        """As what the contact is told."""

        LEAD = "lead", _("lead")
        SUPPORT = "support", _("support")
        CONTROLLER = "controller", _("controller")
        HEAD = "head", _("head of the lead")
        LEADERSHIP = "leadership", _("leadership")

    initiative = models.ForeignKey(
        "Initiative", models.CASCADE, related_name="reminders", verbose_name=_("initiative")
    )
    contact = models.ForeignKey(
        "Contact", models.CASCADE, related_name="reminders", verbose_name=_("contact")
    )
    role = models.CharField(_("as"), max_length=10, choices=Role, default=Role.LEAD)
    kind = models.CharField(_("kind"), max_length=12, choices=ReminderKind)
    anchor_on = models.DateField(_("counted from"))
    step = models.SmallIntegerField(_("days from it"))
    rule = models.ForeignKey(
        ReminderRule, models.SET_NULL, null=True, related_name="reminders", verbose_name=_("rule")
    )
    decided_at = models.DateTimeField(_("decided at"))
    mail = models.ForeignKey(
        "Mail", models.SET_NULL, null=True, related_name="reminders", verbose_name=_("mail")
    )
    answered_at = models.DateTimeField(_("answered at"), null=True)

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        ordering = ["-decided_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="reminder_is_decided_once",
                fields=["initiative", "contact", "kind", "anchor_on", "step"],
                violation_error_message=_("This contact has been told this already."),
            ),
            models.CheckConstraint(
                name="reminder_kind_is_known",
                condition=Q(kind__in=["due", "overdue", "silent", "no_deadline", "milestone"]),
                violation_error_message=_("Choose one of the kinds of reminder."),
            ),
            models.CheckConstraint(
                name="reminder_role_is_known",
                condition=Q(role__in=["lead", "support", "controller", "head", "leadership"]),
                violation_error_message=_("Choose one of the roles."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.initiative}"


class PlannedDay(models.Model):
    """That the reminders of one local day were decided for everybody in one time zone.

    Whoever inserts the row plans the day; a second planner waits for it, and then has nothing to do.
    """

    time_zone = models.CharField(_("time zone"), max_length=64)
    day = models.DateField(_("day"))
    planned_at = models.DateTimeField(_("planned at"))
    reminders = models.PositiveIntegerField(_("reminders"), default=0)
    mails = models.PositiveIntegerField(_("mails"), default=0)

    class Meta:
        verbose_name = _("planned day")
        verbose_name_plural = _("planned days")
        ordering = ["-day", "time_zone"]
        constraints = [
            models.UniqueConstraint(
                name="day_is_planned_once_per_time_zone",
                fields=["time_zone", "day"],
                violation_error_message=_("This day has been planned already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} ({self.time_zone})"
