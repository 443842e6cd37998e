from django.db import migrations, models


def fill(apps, schema_editor):
    """Outlines of the proposals there are; later ones are computed by `Proposal.save`."""
    for proposal in apps.get_model("roadmaps", "Proposal").objects.iterator():
        proposal.outline = [
            {
                "number": measure["number"],
                "decision": measure["decision"],
                "milestones": len(measure["milestones"]),
                "undated": [step["number"] for step in measure["milestones"] if step["deadline"]["due_on"] is None],
            }
            for section in proposal.content["sections"]
            for measure in section["measures"]
        ]
        proposal.save(update_fields=["outline"])


class Migration(migrations.Migration):
    dependencies = [("roadmaps", "0003_milestone_orders")]

    operations = [
        migrations.AddField(
            model_name="proposal",
            name="outline",
            field=models.JSONField(default=list, editable=False, verbose_name="outline"),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
