"""The commitment tracker: what was announced, who answers, by when, and where it stands.

    admin  api  public  tasks  management    who asks: translate in, one call, translate out
    templatetags                             how facts are worded on pages and in mails
    reports  ingest                          what is done: digests, loading the seeds
    publishing progress filters search mail  how: the one way to publish, report progress, find, send
    models                                   what is known; imports nothing of ours

Imports run downwards only (checked by import-linter). A rule lives in one of five homes: a database
constraint named as the rule, a queryset method named as an adjective, a method of a loaded row, a pure
function, or a keyword-only use-case function. Nobody below the top row reads the clock.
"""
