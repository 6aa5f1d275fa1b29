from django.db import migrations
from django.db.models.functions import Lower


def lower(apps, schema_editor):
    apps.get_model("members", "User").objects.update(email=Lower("email"))


class Migration(migrations.Migration):
    dependencies = [("members", "0001_initial")]
    operations = [migrations.RunPython(lower, migrations.RunPython.noop)]
