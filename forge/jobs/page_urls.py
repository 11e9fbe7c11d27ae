"""The addresses of the pages of jobs."""

from __future__ import annotations

from django.urls import path

from forge.jobs.lists import pages

organisation_pages = [
    path("<str:organisation>/-/jobs", pages.jobs_page, name="jobs"),
    path("<str:organisation>/-/jobs/<uuid:job>", pages.log_page, name="job-log"),
    path("<str:organisation>/-/jobs/<uuid:job>/do", pages.change, name="change-job"),
]
