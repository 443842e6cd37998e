"""The pages that people work with; "/" is their desk."""

from django.urls import path

from desk import views

app_name = "desk"

urlpatterns = [
    path("", views.home, name="home"),
    path("programme/", views.programme, name="programme"),
    path("areas/", views.areas, name="areas"),
    path("areas/<slug:code>/", views.area, name="area"),
    path("road-maps/", views.roadmaps, name="roadmaps"),
    path("road-maps/<str:reference>/", views.roadmap, name="roadmap"),
    path("decisions/<str:code>/", views.decision, name="decision"),
    path("projects/<str:code>/", views.project, name="project"),
    path("organisations/<slug:code>/", views.organisation, name="organisation"),
    path("meetings/<slug:code>/", views.meeting, name="meeting"),
    path("milestones/<uuid:uid>/", views.milestone, name="milestone"),
    # proposals and the two keys
    path("proposals/", views.proposal_list, name="proposals"),
    path("proposals/<str:reference>/", views.proposal, name="proposal"),
    path("proposals/<str:reference>/publish/", views.publish, name="proposal_publish"),
    path("proposals/<str:reference>/withdraw/", views.withdraw_proposal, name="proposal_withdraw"),
    path("proposals/<str:reference>/revisions/<int:number>/", views.revision, name="revision"),
    path("proposals/<str:reference>/revisions/<int:number>/sign/", views.sign, name="revision_sign"),
    path("proposals/<str:reference>/revisions/<int:number>/withdraw-key/", views.withdraw_key, name="withdraw_key"),
    path("proposals/<str:reference>/revisions/<int:number>/refuse/", views.refuse, name="revision_refuse"),
    path("signing-keys/", views.signing_key_list, name="signing_keys"),
    path("signing-keys/<int:pk>.pem", views.signing_key_file, name="signing_key"),
    # writing them, in place
    path("proposals/<str:reference>/edit/", views.proposal_edit, name="proposal_edit"),
    path("road-maps/<str:reference>/propose/", views.propose, name="propose"),
    # who was told what
    path("reminders/", views.reminders, name="reminders"),
    path("reminders/to-come/", views.reminders_to_come, name="reminders_to_come"),
    path("reminders/dry-run/", views.reminders_dry_run, name="reminders_dry_run"),
    path("reminders/troubles/", views.reminders_troubles, name="reminders_troubles"),
    path("reminders/<int:pk>/", views.reminder_mail, name="reminder_mail"),
    path("search/", views.search, name="search"),
    path("language/", views.language, name="language"),
]
