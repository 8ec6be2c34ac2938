from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_number_word"),
    ]

    operations = [
        migrations.AddField(
            model_name="person",
            name="merged_into",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=models.DO_NOTHING,
                related_name="+",
                to="accounts.person",
                verbose_name="并入的人员",
            ),
        ),
        migrations.AddField(
            model_name="person",
            name="merged_under",
            field=models.CharField(default="", max_length=12, verbose_name="合并的管辖区划"),
        ),
    ]
