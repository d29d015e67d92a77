"""The commitment tracker: what was announced, who answers, by when, and where it stands.

    admin  api  public  tasks  management    who asks: translate in, one call, translate out
    templatetags                             how facts are worded on pages and in mails
    following                                what is done for readers who follow by mail
    overview                                 the numbers of the charts
    reminders  reports  ingest               what is done: reminders, reports, seeds and imported sheets
    exports  history                         files and pictures for others; what the public saw change
    proposals                                how what somebody wants recorded becomes a fact
    calendar  facets                         entries of calendars; counts beside the list's filters
    publishing progress filters mail         how: the one way to publish, report progress, find, send
    responsibilities  together               how: the one way to assign; one work on several initiatives
    corrections  wording  moulds             the public log of corrections; how a day is said; fast templates
    search  stamp                            full text; what tells that the public may see something else
    network  roles  sheets                   where a request comes from; what staff may do; cells of sheets
    models                                   what is known; imports nothing of ours

Imports run downwards only (checked by import-linter). A rule lives in one of five homes: a database
constraint named as the rule, a queryset method named as an adjective, a method of a loaded row, a pure
function, or a keyword-only use-case function. Nobody below the top row reads the clock.
"""
