"""The sentences of this package's errors, by code."""

from typing import Final

from django.utils.translation import gettext_lazy as _

SENTENCES: Final = {
    # a content that cannot be
    "content.not_an_object": _("This must be an object."),
    "content.not_a_list": _("This must be a list."),
    "content.missing_key": _("“%(key)s” is missing."),
    "content.unknown_key": _("“%(key)s” is not a known key."),
    "content.uid": _("An identity is a UUID in lower case with hyphens."),
    "content.number": _("A number is a whole number from 1 to %(most)d."),
    "content.code": _("A code is 1 to 64 letters, digits, hyphens, underscores and full stops."),
    "content.role": _("A role is lead or co_executor."),
    "content.uid_twice": _("The identity %(uid)s is already used at %(first)s."),
    "content.organisation_twice": _("The organisation %(organisation)s is listed twice."),
    "content.two_funding_sources": _("The funding source is an organisation or a text, not both."),
    "content.reference": _("“%(reference)s” is not the reference of a road map, such as RM-07."),
    "content.base_hash": _("The hash of the base version is 64 lowercase hexadecimal digits."),
    "content.not_readable_back": _("The content cannot be stored without a change."),
    "numbering.no_roman_numeral": _("%(number)d has no Roman numeral."),
    # a content that cannot be published yet
    "content.nothing_to_sign": _("There is nothing to sign yet: a road map needs at least one milestone."),
    "content.number_twice": _("The number %(number)s is used twice."),
    "content.hidden_character": _(
        "There is a hidden character after “%(after)s” (%(language)s): %(character)s. Edit the text and type it again."
    ),
    "content.no_words": _("This text has no letter and no digit (%(language)s)."),
    "content.before_summit": _("%(day)s is before the summit of %(summit)s."),
    "content.after_last_day": _("%(day)s is too late. Deadlines end on %(last)s at the latest."),
    "content.no_lead": _("A milestone needs a lead."),
    "content.two_leads": _("A milestone has at most one lead from each side."),
    "content.uid_of_another": _("This row belongs to another road map: copy it instead."),
    "content.unknown_decision": _("There is no decision with the code %(decision)s."),
    "content.unknown_project": _("There is no project with the code %(project)s."),
    "content.unknown_organisation": _("There is no organisation with the code %(organisation)s."),
    "export.no_road_map": _("There is no road map %(reference)s."),
    "export.unsignable_document": _("The database holds a document that cannot have been signed: %(problem)s"),
    "signing.malformed": _("This cannot be signed. A hash, a reference, a side or the time is malformed."),
    "signing.no_passkey": _("You have no passkey yet. Add one first, then sign."),
    "signing.not_requested": _("Your passkey was not asked for this signature. Press the button again."),
    "signing.too_late": _("More than five minutes have passed since you asked to sign. Sign again."),
    "signing.embedded": _("The passkey was used inside another page. Open this page itself and sign again."),
    "signing.response_unreadable": _("The passkey’s response cannot be read. Sign again."),
    "signing.response_mismatch": _(
        "The passkey’s response does not match this document, this person or this site. Sign again."
    ),
    "signing.response_reused": _("This passkey response has already been used. Sign again."),
    "signing.response_too_long": _("The passkey’s response is too long. Sign again."),
    "signing.counter_went_back": _(
        "This passkey’s counter went back, so the passkey may have been copied. Use another passkey."
    ),
    "signing.unusable_passkey": _("You cannot sign with this passkey: %(problem)s"),
    "signing.not_your_key": _(
        "This passkey’s key is not registered to you. Remove the passkey under “My signing keys” and add another."
    ),
    "signing.altered_document": _("The stored text is not the one that was published. Contact your side’s auditor."),
    "signing.other_signature_invalid": _("The other side’s signature is not valid. Contact your side’s auditor."),
    # an act that a proposal does not allow
    "proposal.not_published": _("This proposal is not published. A secretary of its working group publishes it."),
    "proposal.is_published": _("This proposal is published: reopen it for editing first."),
    "proposal.nothing_new": _("This proposal is already published. To change it, reopen it for editing."),
    "proposal.signed_by_you": _("Your side has already signed."),
    "proposal.not_signed_by_you": _("Your side has not signed this revision."),
    "proposal.is_refused": _("This revision was refused. A new revision can be published."),
    "proposal.is_overtaken": _("A newer version of the road map is in force. Start a new proposal from it."),
    "proposal.revision_void": _("This revision is void: the proposal was edited after publication."),
    "proposal.is_in_force": _("This proposal is closed: it is in force. Start a new one."),
    "proposal.is_withdrawn": _("This proposal is closed: it was withdrawn. Start a new one."),
    # what else a service of proposals refuses
    "proposal.other_layer": _("A draft is visible to both sides or only to your own."),
    "proposal.other_author": _("You can write a draft only for your own organisation."),
    "proposal.not_publishable": _("This cannot be published yet: %(problem)s"),
    "proposal.no_change": _("This text is the same as the version in force. There is nothing to sign."),
    "proposal.cannot_come_into_force": _("This can no longer come into force. Publish a new revision: %(problem)s"),
    "proposal.one_side_only": _("Both signatures are needed."),
    "reason.missing": _("Give a reason. It is visible to the other side."),
    "reason.too_long": _("The reason has %(length)d characters. The limit is %(limit)d."),
    "forecast.dropped": _("This milestone is no longer in the road map. Its forecast cannot be changed."),
    "forecast.completed": _("This milestone is done. Its forecast cannot be changed."),
}
