from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('platform', '0012_exchange'),
    ]

    operations = [
        migrations.AddField(
            model_name='peerlink',
            name='sent',
            field=models.TextField(default='{}'),
        ),
    ]
