"""The API's one resource."""

from typing import Any

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import exceptions, pagination, viewsets
from rest_framework.request import Request

from tracker.api.serializers import InitiativeSerializer, LineSerializer
from tracker.filters import InitiativeFilter, unknown
from tracker.models import Initiative
from tracker.models.initiative import InitiativeQuerySet

LANGUAGES = [code for code, _name in settings.LANGUAGES]
DESCRIPTIONS = {
    "q": "Words, or beginnings of words, in title, summary, quotes and names of parties; in any language.",
    "party": "Slug of a party; with `role`, in that role.",
    "source": "Slug of a source.",
    "place": "Slug of a place.",
    "changed_since": "ISO 8601 moment.",
    "on": "The list as it stood at the end of that day.",
}
LANG = OpenApiParameter(
    "lang", str, enum=LANGUAGES, description="Language of titles and summaries; else by Accept-Language."
)


class Pages(pagination.PageNumberPagination):
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200

    def get_page_size(self, request: Request) -> int | None:
        """Refuse a size that is no number; Django REST framework alone takes it for none given."""
        asked = request.query_params.get(self.page_size_query_param, "1")
        if not (asked.isascii() and asked.isdigit() and int(asked) > 0):
            wanted = _("“%(seen)s” is no page size. Give a number from 1 to %(most)d.") % {
                "seen": asked,
                "most": self.max_page_size,
            }
            raise exceptions.ValidationError({self.page_size_query_param: [wanted]})
        return super().get_page_size(request)


def filter_parameters() -> list[OpenApiParameter]:
    """Describe each filter for the schema, read off the FilterSet itself."""
    return [_parameter(name, filter_.field) for name, filter_ in InitiativeFilter.base_filters.items()]


def _parameter(name: str, field: forms.Field) -> OpenApiParameter:
    """Describe one filter: its choices where they are fixed, its format where it is a day or a moment."""
    choices = (
        [value for value, _label in getattr(field, "choices", []) if value]
        if _has_fixed_choices(field)
        else None
    )
    many = isinstance(field, forms.MultipleChoiceField | forms.ModelMultipleChoiceField)
    kind: Any = str
    if isinstance(field, forms.DateField):
        kind = OpenApiTypes.DATE
    elif name == "changed_since":
        kind = OpenApiTypes.DATETIME
    return OpenApiParameter(
        name, kind, enum=choices, many=many, explode=True, description=str(DESCRIPTIONS.get(name, ""))
    )


def _has_fixed_choices(field: forms.Field) -> bool:
    return isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelMultipleChoiceField)


@extend_schema_view(
    list=extend_schema(summary="List published initiatives", parameters=[LANG, *filter_parameters()]),
    retrieve=extend_schema(summary="One initiative with its evidence", parameters=[LANG]),
)
class InitiativeViewSet(viewsets.ReadOnlyModelViewSet[Initiative]):
    """Published initiatives. An unknown parameter or value answers 400 with its name."""

    lookup_field = "slug"
    lookup_value_regex = "[-a-zA-Z0-9_]+"  # by default anything, NUL bytes too, which PostgreSQL refuses
    pagination_class = Pages
    filter_backends = ()  # `get_queryset` asks the FilterSet of the public list
    queryset = Initiative.objects.none()  # tells the schema the model

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Choose the language before anything is said; `lang` wins over Accept-Language."""
        super().initial(request, *args, **kwargs)
        known = {"lang", "page", "page_size"} if self.action == "list" else {"lang"}
        self.asked = InitiativeFilter(
            request.query_params, Initiative.objects.published(), today=timezone.localdate(), also=known
        )
        if problems := self._problems(known):
            raise exceptions.ValidationError(problems)
        if language := request.query_params.get("lang"):
            translation.activate(language)

    def _problems(self, known: set[str]) -> dict[str, list[str]]:
        """Refuse what the address does not know; a single initiative knows no filter."""
        language = self.request.query_params.get("lang")
        problems = self.asked.problems if self.action == "list" else unknown(self.request.query_params, known)
        if language is not None and language not in LANGUAGES:
            reason = _("“%(seen)s” is none of these languages: %(known)s.")
            problems["lang"] = [reason % {"seen": language, "known": ", ".join(LANGUAGES)}]
        return problems

    def get_queryset(self) -> QuerySet[Initiative]:
        if self.action == "list":
            rows: InitiativeQuerySet = self.asked.qs
            return rows.with_parties().prefetch_related("places")
        rows = Initiative.objects.published().with_parties().with_quotes().with_record()
        return rows.prefetch_related("places")

    def get_serializer_class(self) -> type[LineSerializer]:
        return LineSerializer if self.action == "list" else InitiativeSerializer

    def get_serializer_context(self) -> dict[str, Any]:
        on = self.asked.on_day if self.action == "list" else timezone.localdate()
        return {**super().get_serializer_context(), "on": on}
