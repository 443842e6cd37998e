"""The pages that people work with; "/" is their desk."""

from django.urls import path

from desk import language
from desk.areas import views as areas
from desk.decisions import views as decisions
from desk.editor import views as editor
from desk.home import views as home
from desk.meetings import views as meetings
from desk.milestones import views as milestones
from desk.organisations import views as organisations
from desk.programme import views as programme
from desk.projects import views as projects
from desk.proposals import actions
from desk.proposals import views as proposals
from desk.reminders import views as reminders
from desk.roadmaps import views as roadmaps
from desk.search import views as search
from desk.signing_keys import views as signing_keys

app_name = "desk"

urlpatterns = [
    path("", home.home, name="home"),
    path("programme/", programme.programme, name="programme"),
    path("areas/", areas.areas, name="areas"),
    path("areas/<slug:code>/", areas.area, name="area"),
    path("road-maps/", roadmaps.roadmaps, name="roadmaps"),
    path("road-maps/<str:reference>/", roadmaps.roadmap, name="roadmap"),
    path("decisions/<str:code>/", decisions.decision, name="decision"),
    path("projects/<str:code>/", projects.project, name="project"),
    path("organisations/<slug:code>/", organisations.organisation, name="organisation"),
    path("meetings/<slug:code>/", meetings.meeting, name="meeting"),
    path("milestones/", home.urgent_milestones, name="urgent"),
    path("milestones/<uuid:uid>/", milestones.milestone, name="milestone"),
    # proposals and their signatures
    path("proposals/", proposals.proposal_list, name="proposals"),
    path("proposals/<str:reference>/", proposals.proposal, name="proposal"),
    path("proposals/<str:reference>/publish/", actions.publish, name="proposal_publish"),
    path("proposals/<str:reference>/withdraw/", actions.withdraw_proposal, name="proposal_withdraw"),
    path("proposals/<str:reference>/revisions/<int:number>/", proposals.revision, name="revision"),
    path("proposals/<str:reference>/revisions/<int:number>/sign/", actions.sign, name="revision_sign"),
    path(
        "proposals/<str:reference>/revisions/<int:number>/withdraw-key/",
        actions.withdraw_signature,
        name="withdraw_signature",
    ),
    path("proposals/<str:reference>/revisions/<int:number>/refuse/", actions.refuse, name="revision_refuse"),
    path("signing-keys/", signing_keys.signing_key_list, name="signing_keys"),
    path("signing-keys/<int:pk>.pem", signing_keys.signing_key_file, name="signing_key"),
    # writing them, in place
    path("proposals/<str:reference>/edit/", editor.proposal_edit, name="proposal_edit"),
    path("proposals/<str:reference>/edit/save/", editor.row_save, name="row_save"),
    path("proposals/<str:reference>/edit/act/", editor.row_act, name="row_act"),
    path("proposals/<str:reference>/reopen/", actions.reopen, name="proposal_reopen"),
    path("road-maps/<str:reference>/propose/", actions.start, name="propose"),
    # who was told what
    path("reminders/", reminders.reminders, name="reminders"),
    path("reminders/to-come/", reminders.reminders_to_come, name="reminders_to_come"),
    path("reminders/dry-run/", reminders.reminders_dry_run, name="reminders_dry_run"),
    path("reminders/troubles/", reminders.reminders_troubles, name="reminders_troubles"),
    path("reminders/<int:pk>/", reminders.reminder_mail, name="reminder_mail"),
    path("search/", search.search, name="search"),
    path("language/", language.language, name="language"),
]
