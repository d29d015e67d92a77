"""What the API says of a row. `on` in the context is the day for which health and silence are derived."""

import datetime as dt
from typing import Any

from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from tracker.models import (
    Confidence,
    Deadline,
    Health,
    Initiative,
    Milestone,
    Place,
    Precision,
    Quote,
    Responsibility,
    StatusUpdate,
)

MISSING_ELEMENTS = ["owner", "date", "measure", "place", "money"]


class PlaceSerializer(serializers.ModelSerializer[Place]):
    class Meta:
        model = Place
        fields = ["slug", "name"]


class PartSerializer(serializers.ModelSerializer[Responsibility]):
    slug = serializers.SlugField(source="party.slug")
    name = serializers.CharField(source="party.name")

    class Meta:
        model = Responsibility
        fields = ["slug", "name", "role"]


class DueSerializer(serializers.Serializer[Initiative]):
    """The current deadline; `on` is the last day its words allow, null where they name no day."""

    on = serializers.DateField(source="due_on", allow_null=True)
    precision = serializers.ChoiceField(choices=Precision.choices, source="due_precision")
    wording = serializers.CharField(source="due_wording")
    baseline_on = serializers.DateField(source="baseline_due_on", allow_null=True)
    slipped_days = serializers.IntegerField(allow_null=True)


class LineSerializer(serializers.ModelSerializer[Initiative]):
    """One initiative as the list shows it."""

    health = serializers.SerializerMethodField()
    confidence = serializers.ChoiceField(choices=Confidence.choices, allow_blank=True)
    places = PlaceSerializer(many=True)
    parties = PartSerializer(many=True, source="responsibilities")
    due = DueSerializer(source="*")
    silent_days = serializers.SerializerMethodField()
    missing_elements = serializers.ListField(child=serializers.ChoiceField(choices=MISSING_ELEMENTS))
    url = serializers.SerializerMethodField()

    class Meta:
        model = Initiative
        fields = [
            "slug",
            "title",
            "summary",
            "firmness",
            "status",
            "health",
            "confidence",
            "sector",
            "places",
            "parties",
            "announced_on",
            "announced_precision",
            "due",
            "last_reported_on",
            "silent_days",
            "missing_elements",
            "url",
            "updated_at",
        ]

    @property
    def _on(self) -> dt.date:
        day: dt.date = self.context["on"]
        return day

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(choices=Health.choices)))
    def get_health(self, initiative: Initiative) -> list[str]:
        return [str(health) for health in initiative.health(self._on)]

    def get_silent_days(self, initiative: Initiative) -> int:
        return initiative.silent_days(self._on)

    @extend_schema_field(serializers.URLField())
    def get_url(self, initiative: Initiative) -> Any:
        return self.context["request"].build_absolute_uri(initiative.get_absolute_url())


class QuoteSerializer(serializers.ModelSerializer[Quote]):
    """`start` and `end` count code points in the source's full text, end exclusive.

    `translation` is ours, into the language of the answer; empty where there is none, or none is needed.
    """

    translation = serializers.SerializerMethodField()
    language = serializers.CharField(source="source.language")
    source = serializers.SlugField(source="source.slug")  # type: ignore[assignment]  # the design's name
    publisher = serializers.CharField(source="source.publisher")
    published_on = serializers.DateField(source="source.published_on", allow_null=True)

    class Meta:
        model = Quote
        fields = [
            "exact",
            "translation",
            "prefix",
            "suffix",
            "start",
            "end",
            "relation",
            "language",
            "source",
            "publisher",
            "published_on",
        ]

    def get_translation(self, quote: Quote) -> str:
        return quote.translation_into(get_language() or "")


class StatusUpdateSerializer(serializers.ModelSerializer[StatusUpdate]):
    class Meta:
        model = StatusUpdate
        fields = [
            "old_status",
            "status",
            "confidence",
            "note",
            "happened_on",
            "happened_precision",
            "url",
            "recorded_at",
        ]


class DeadlineSerializer(serializers.ModelSerializer[Deadline]):
    class Meta:
        model = Deadline
        fields = ["old_due_on", "due_on", "precision", "wording", "said_on", "reason", "url", "recorded_at"]


class MilestoneSerializer(serializers.ModelSerializer[Milestone]):
    class Meta:
        model = Milestone
        fields = ["title", "due_on", "due_precision", "reached_on"]


class InitiativeSerializer(LineSerializer):
    """One initiative with its quotes, reports, deadlines and milestones, oldest first."""

    quotes = QuoteSerializer(many=True)
    updates = StatusUpdateSerializer(many=True)
    deadlines = DeadlineSerializer(many=True)
    milestones = MilestoneSerializer(many=True)

    class Meta(LineSerializer.Meta):
        fields = [*LineSerializer.Meta.fields, "quotes", "updates", "deadlines", "milestones"]
