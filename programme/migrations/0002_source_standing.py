from django.db import migrations, models

CHOICES = [
    ("noted", "noted"), ("launched", "launched"), ("under_way", "under way"), ("prepared", "prepared"),
    ("planned", "planned"), ("instructed", "instructed"), ("agreed", "agreed"), ("supported", "supported"),
    ("proposed", "proposed"), ("considered", "considered"),
]


def renamed(model):
    field = models.CharField(choices=CHOICES, max_length=10, verbose_name="status in the press release")
    return [
        migrations.RenameField(model_name=model, old_name="standing", new_name="source_standing"),
        migrations.AlterField(model_name=model, name="source_standing", field=field),
    ]


class Migration(migrations.Migration):
    dependencies = [("programme", "0001_initial")]

    operations = [*renamed("decision"), *renamed("historicaldecision")]
