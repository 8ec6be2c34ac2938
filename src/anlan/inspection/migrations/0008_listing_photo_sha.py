from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("inspection", "0007_inspection_work"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="listingphoto",
            index=models.Index(fields=["sha256"], name="inspection_listingphoto_sha"),
        ),
    ]
