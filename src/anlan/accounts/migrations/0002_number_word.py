from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="organisation",
            name="number_word",
            field=models.CharField(blank=True, default="", max_length=20, verbose_name="发文代字"),
        ),
    ]
