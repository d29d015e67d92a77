"""The root. Every other page has a module of its own."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect


def home(request: HttpRequest) -> HttpResponse:
    """Send the reader to the list in the language that their browser asks for."""
    return redirect("initiatives")
